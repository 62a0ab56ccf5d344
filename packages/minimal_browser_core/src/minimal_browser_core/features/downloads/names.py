"""The name of a downloaded file: safe, and never that of another file."""

import os
import re
import unicodedata
from collections.abc import Collection
from pathlib import Path

MAX_BYTES = 200
"""Of a name in UTF-8. File systems allow 255 bytes, some of which Chromium and `free_name` need."""
MAX_SUFFIX = 20
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def safe_name(suggested: str) -> str:
    """Return a file name from a server's suggestion: no folders, no control or reordering characters, not hidden."""
    name = re.split(r"[/\\]", suggested)[-1]
    name = "".join(sign for sign in name if unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Zl", "Zp"))
    name = re.sub(r'[<>:"|?*]', "_", name).strip(" .")
    if not name or _RESERVED.fullmatch(name):
        name = f"download-{name}".rstrip("-")
    stem, dot, suffix = name.rpartition(".")
    if not stem or len(suffix) > MAX_SUFFIX:
        return _cut(name, MAX_BYTES)
    return _cut(stem, MAX_BYTES - len(os.fsencode(dot + suffix))) + dot + suffix


def free_name(folder: Path, name: str, taken: Collection[Path] = ()) -> str:
    """Return `name`, or `name (2)` and so on: a download replaces no file, and follows no symbolic link.

    `taken` are the paths of downloads that have not created their file yet.
    """
    path = Path(name)
    number = 1
    while os.path.lexists(folder / name) or folder / name in taken:
        number += 1
        name = f"{path.stem} ({number}){path.suffix}"
    return name


def _cut(text: str, size: int) -> str:
    """Return the first characters of a text that fit into `size` bytes of UTF-8."""
    return text.encode()[:size].decode(errors="ignore").rstrip(" .")
