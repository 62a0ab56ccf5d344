"""The names of the files with conversations in the folders and archives that chat programs export."""

import os
from collections.abc import Iterator
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Final

PATTERNS: Final = (
    "conversations.json",  # ChatGPT, Claude, DeepSeek
    "conversations-*.json",  # the numbered files into which large exports are split
    "conversations_*.json",
    "prod-grok-backend.json",  # Grok
    "chat-*.json",  # Mistral Le Chat
    "MyActivity.json",  # Google Takeout
    "messages.jsonl",  # Jan
    "*.conversation.json",  # LM Studio
    "copilot-activity-history*.csv",  # Microsoft Copilot
)
_MAX_DEPTH: Final = 5  # of `Takeout/My Activity/Gemini Apps/MyActivity.json` and of Jan's `threads/<id>/messages.jsonl`
_MAX_FILES: Final = 100_000


def is_export(path: str) -> bool:
    """Whether a path in an archive is that of a file with conversations."""
    name = PurePosixPath(path).name
    return any(fnmatchcase(name, pattern) for pattern in PATTERNS)


def files_in(folder: Path) -> list[Path]:
    """The files with conversations in a folder and its subfolders. Links to folders are not followed."""
    return sorted(path for path in islice(_walk(folder), _MAX_FILES) if is_export(path.name))


def _walk(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        if len(Path(parent).relative_to(folder).parts) >= _MAX_DEPTH:
            folders.clear()
        yield from (Path(parent, name) for name in names)
