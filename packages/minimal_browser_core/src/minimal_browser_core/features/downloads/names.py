"""The name of a downloaded file: safe, and never that of an existing file."""

import re
import unicodedata
from pathlib import Path

MAX_NAME = 180
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def safe_name(suggested: str) -> str:
    """Return a file name from a server's suggestion: no folders, no control or reordering characters, not hidden."""
    name = re.split(r"[/\\]", suggested)[-1]
    name = "".join(sign for sign in name if unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Zl", "Zp"))
    name = re.sub(r'[<>:"|?*]', "_", name).strip(" .")
    if not name or _RESERVED.fullmatch(name):
        name = f"download-{name}".rstrip("-")
    stem, dot, suffix = name.rpartition(".")
    if not stem or len(suffix) > 20:
        return name[:MAX_NAME]
    return stem[: MAX_NAME - len(suffix) - 1] + dot + suffix


def free_name(folder: Path, name: str) -> str:
    """Return `name`, or `name (2)` and so on: a download never replaces a file."""
    path = Path(name)
    number = 1
    while (folder / name).exists():
        number += 1
        name = f"{path.stem} ({number}){path.suffix}"
    return name
