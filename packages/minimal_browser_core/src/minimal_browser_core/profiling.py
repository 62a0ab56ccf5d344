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
        """The profile that is being taken."""

    def start(self) -> None:
        """Start, unless it is running already."""
        if self.enabled and self._profile is None:
            import cProfile

            self._profile = cProfile.Profile()
            self._profile.enable()

    def stop(self, output_file: str | os.PathLike[str] | None = None) -> Path | None:
        """Stop, save and print a message; returns the path of the file, or None if there is nothing to save.

        A file that cannot be written is reported on standard error and raises nothing.
        """
        if self._profile is None:
            return None
        profile, self._profile = self._profile, None
        profile.disable()
        path = Path(output_file) if output_file is not None else self.output_file
        try:
            profile.dump_stats(path)
        except OSError as error:
            print(f"The profile cannot be saved to {path}: {error.strerror}.", file=sys.stderr)  # noqa: T201
            return None
        print(f"Profile saved to {path}", flush=True)  # noqa: T201
        return path

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self.stop()
