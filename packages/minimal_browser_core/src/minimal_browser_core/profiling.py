"""Profile the program: PROFILE=1 writes `profile.stats`, which `python -m pstats profile.stats` reads."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import cProfile

VARIABLE = "PROFILE"
DEFAULT_FILE = "profile.stats"
_OFF = frozenset(["", "0", "false", "no", "off"])


class Profiler:
    """Profiles the thread that starts it, from `start` to `stop` or within a `with` block.

    `enabled` defaults to the environment variable PROFILE; 0, false, no, off and an empty value disable it. A disabled
    profiler imports nothing. `output_file` is the default file for the results.
    """

    def __init__(
        self,
        enabled: bool | None = None,
        *,
        output_file: str | os.PathLike[str] = DEFAULT_FILE,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self.enabled = environ.get(VARIABLE, "").strip().lower() not in _OFF if enabled is None else enabled
        self.output_file = Path(output_file)
        self._profile: cProfile.Profile | None = None
        self._is_running = False

    def start(self) -> None:
        """Start, or continue with the earlier results. Raises `RuntimeError` if the thread has another profiler."""
        if not self.enabled or self._is_running:
            return
        if self._profile is None:
            import cProfile

            self._profile = cProfile.Profile()
        try:
            self._profile.enable()
        except ValueError as error:  # since CPython 3.12
            raise RuntimeError(f"this thread is being profiled already: {error}") from None
        self._is_running = True

    def stop(self, output_file: str | os.PathLike[str] | None = None) -> Path | None:
        """Stop, save and print a message; returns the path of the file, or None if there is nothing to save.

        A file that cannot be written is reported on standard error and raises nothing.
        """
        if not self._is_running or self._profile is None:
            return None
        self._profile.disable()
        self._is_running = False
        path = Path(output_file) if output_file is not None else self.output_file
        try:
            self._profile.dump_stats(path)
        except OSError as error:
            print(f"The profile cannot be saved to {path}: {error.strerror}.", file=sys.stderr)  # noqa: T201
            return None
        print(f"Profile saved to {path}", flush=True)  # noqa: T201
        return path

    def table(self, limit: int = 20) -> str:
        """Return the `limit` slowest functions by cumulative time as text; empty without results."""
        if self._profile is None or self._is_running:
            return ""
        import io
        import pstats

        text = io.StringIO()
        pstats.Stats(self._profile, stream=text).sort_stats("cumulative").print_stats(limit)
        return text.getvalue()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self.stop()
