"""The rows of `minimal_browser_core.storage.port` as frozen dataclasses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from minimal_browser_core.storage.transfer import notebook


class _Row:
    """Shows a row or a page as a table in notebooks."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return notebook.table(self)


@dataclass(frozen=True, slots=True)
class Conversation(_Row):
    """One exchange."""

    id: int
    thread_id: int
    parent_id: int | None
    timestamp: datetime
    prompt: str
    response: str
    model: str
    url: str | None
    tags: tuple[str, ...]
    metadata: Mapping[str, Any]
    state: Literal["complete", "writing", "interrupted"] = field(default="complete", kw_only=True)
    prompt_tokens: int | None = field(default=None, kw_only=True)
    completion_tokens: int | None = field(default=None, kw_only=True)
    cost: float | None = field(default=None, kw_only=True)
    duration: float | None = field(default=None, kw_only=True)

    def __eq__(self, other: object) -> bool:
        """Compare what is stored: a hit equals its exchange."""
        if not isinstance(other, Conversation):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in Conversation.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Attachment(_Row):
    """A file that belongs to an exchange. `size` counts bytes; `sha256` is in lower-case hexadecimal."""

    name: str
    mime: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, eq=False)
class SearchHit(Conversation):
    """`score` is higher for better matches, comparable within one page; `highlights` are (start, end) in `snippet`."""

    score: float
    snippet: str
    highlights: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class SearchPage(_Row):
    """One page of a search. `match` is "all" if all hits have all words, otherwise "any"."""

    hits: list[SearchHit]
    next_cursor: str | None
    complete: bool
    match: Literal["all", "any"] = "all"


@dataclass(frozen=True, slots=True)
class Page(_Row):
    """One page of a list."""

    conversations: list[Conversation]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Thread(_Row):
    """`updated_at` is the time of its newest exchange; `cursor` continues a list after this thread."""

    id: int
    title: str
    created_at: datetime
    updated_at: datetime
    count: int
    cursor: str


@dataclass(frozen=True, slots=True)
class Bookmark(_Row):
    """A bookmarked page."""

    id: int
    url: str
    title: str
    tags: tuple[str, ...]
    note: str
    keyword: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class HistoryHit(_Row):
    """A visited page. `score` is higher for better matches; `highlights` are (start, end) in `snippet`."""

    id: int
    url: str
    title: str
    visit_count: int
    last_visited_at: datetime
    frecency: int
    score: float
    snippet: str
    highlights: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class HistoryPage(_Row):
    """One page of a history search. `match` is "all" if all hits have all words, otherwise "any"."""

    hits: list[HistoryHit]
    next_cursor: str | None
    complete: bool
    match: Literal["all", "any"] = "all"
