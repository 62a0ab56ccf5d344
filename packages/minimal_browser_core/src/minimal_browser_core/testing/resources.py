"""Locate the vectors and frozen files of the suites, which are part of the package."""

from pathlib import Path

_FOLDER = Path(__file__).parent


def resource(*names: str) -> Path:
    """Return the path of a packaged file, for example `resource("vectors", "sse.json")`."""
    return _FOLDER.joinpath(*names)
