"""Where the time goes: PROFILE=1 writes `profile.stats`, to be read with `python -m pstats profile.stats`."""

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
    """Counts the calls of the thread that starts it, from `start` to `stop`; as a context manager too.

    `enabled` left out means what PROFILE says: 0, false, no, off and nothing are off. Where it is off, nothing is
    imported and nothing happens. `output_file` is where a `with` block saves.
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
        """Begin, or go on; what was counted before stays. RuntimeError where another profiler runs in this thread."""
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
        """End and save, saying so on standard output; gives the file's path, or None where there is nothing to save.

        A file that cannot be written is said on standard error: a lost profile must not end the program.
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
        """The `limit` slowest functions by cumulative time, as text; empty before anything was counted."""
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
