"""`logs.db` of the `llm` command.

Up to llm 0.35 its table `responses` has one row per exchange, whose prompt may have fragments in other tables. Since
0.36 `turns` has one row per call of a model, and refers to its prompt and its answer in a tree of `messages`. One file
may have both kinds of tables.
"""

from collections.abc import Iterator
from typing import Final

from ..exchange import Exchange, InvalidRecordError
from ..sqlite_files import ForeignFile
from . import llm_responses, llm_turns
from .llm_fragments import Fragments
from .message_content import AttachmentCounter

_RESPONSES: Final = frozenset({"id", "model", "prompt", "response"})
_TURNS: Final = frozenset({"id", "thread_id", "parent_message_hash", "tip_message_hash", "model"})


def is_logs(file: ForeignFile) -> bool:
    """Whether a file has the tables of llm."""
    return file.columns("responses") >= _RESPONSES or file.columns("turns") >= _TURNS


def read(file: ForeignFile, attachments: AttachmentCounter) -> Iterator[Exchange | InvalidRecordError]:
    """The exchanges in the order of their rows; an error in place of a row that cannot be imported."""
    fragments = Fragments(file)
    turns = llm_turns.read(file, fragments, attachments) if file.columns("turns") >= _TURNS else iter(())
    seen: set[str] = set()
    if file.columns("responses") >= _RESPONSES:
        yield from llm_responses.read(file, fragments, attachments, seen)
    for exchange in turns:
        if not isinstance(exchange, Exchange) or exchange.key[1] not in seen:
            yield exchange
