"""Standard input and output as files: imports read a file several times, and exports write a new one."""

import contextlib
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..export_conversations import export_file


@contextlib.contextmanager
def file_of_stdin() -> Iterator[Path]:
    """A temporary file with everything that standard input contains."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "standard input"
        with path.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        yield path


def write_to_stdout(store: Any, format: str, query: str | None) -> int:
    """Export to standard output, as UTF-8."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export"
        export_file(store, path, format, query)
        with path.open("rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer)
        sys.stdout.buffer.flush()
    return 0
