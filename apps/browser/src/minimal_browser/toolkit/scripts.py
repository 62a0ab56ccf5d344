"""JavaScript files of the package: each is one function expression, which is called with JSON arguments."""

import json
from functools import cache
from pathlib import Path


def call(file: Path, *arguments: object) -> str:
    """Return a script that calls the function in `file` with `arguments`."""
    return f"({_source(file)})({', '.join(json.dumps(argument) for argument in arguments)})"


@cache
def _source(file: Path) -> str:
    return file.read_text(encoding="utf-8").rstrip().rstrip(";")
