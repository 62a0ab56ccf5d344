"""Importing conversations: finds out the format of a file and passes its exchanges to a store.

    auto            each record is in the format that its fields show
    jsonl           one object per line: our own, {"prompt", "response", …} or {"messages": […]}
    json            the same objects in a list, or in {"conversations": […]}
    older-browser   minimal_browser 0.x: a list of {"timestamp", "query", "response"}, in UTC without a zone
    chatgpt         the ZIP archive of an export, its folder, or conversations.json; all branches of the tree
    claude          the same of Claude
    open-webui, librechat, deepseek, grok, mistral, gemini, perplexity, jan, lm-studio, copilot
    llm             logs.db of the llm command

The file of another store, such as a recovered one, is merged.

If a format is named, records in other formats are reported as lost. Identical records are imported once. A file in
which nothing is recognised raises `UnknownFormat`, and nothing is stored.
"""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, Protocol

from ._host import InvalidData, owners
from .conversation_source import ConversationSource
from .formats import chat_export
from .merge import Store as MergeStore
from .merge import is_store, merge
from .report import ImportReport, LossLog
from .staging import staged

FORMATS: Final = ("auto", "jsonl", "json", "older-browser", *chat_export.NAMES, "llm")

Progress = Callable[[int, int], object]
Batch = list[tuple[Any, Any]]


class Store(MergeStore, Protocol):
    """What an import needs from a store of conversations."""

    def _import_rows(self, batches: Iterable[Batch], epoch: int, /) -> tuple[int, int]: ...
    def _interrupt_epoch(self) -> int: ...


def import_file(store: Store, path: str | os.PathLike[str], format: str, progress: Progress | None) -> ImportReport:
    """Import a file, a folder or an archive, all or nothing. `progress` is called with bytes read and in total."""
    if format not in FORMATS:
        raise InvalidData(f"format must be one of {', '.join(FORMATS)}, not {format!r:.50}")
    losses = LossLog(os.fspath(path), format)
    file = Path(os.fspath(path))
    if format == "auto" and file.is_file() and not owners.open_count(str(file)) and is_store(file):
        return merge(store, file, progress)
    epoch = store._interrupt_epoch()

    def is_interrupted() -> bool:
        return store._interrupt_epoch() != epoch

    source = ConversationSource(file, format, losses, progress, is_interrupted)
    with staged(source.batches(), is_interrupted) as batches:
        taken, skipped = store._import_rows(batches, epoch)
    losses.attachments = source.attachments.count
    return losses.report(taken, skipped)
