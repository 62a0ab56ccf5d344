"""The vectors and frozen files that the suites read; they are part of the package."""

from pathlib import Path

_FOLDER = Path(__file__).parent


def resource(*names: str) -> Path:
    """The path of a packaged file, for example `resource("vectors", "sse.json")`."""
    return _FOLDER.joinpath(*names)
