"""What the user may ask of the offline copilot."""

from dataclasses import dataclass
from typing import Literal

from minimal_browser_core.internal_pages.widgets import WidgetType


@dataclass(frozen=True, slots=True)
class OpenPage:
    """Open an address. `url` is None if `target` is not one."""

    target: str
    url: str | None


@dataclass(frozen=True, slots=True)
class SearchWeb:
    """Search the web."""

    query: str


@dataclass(frozen=True, slots=True)
class Bookmark:
    """Bookmark the open page; without a title, under its own."""

    title: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShowWidget:
    """Show a built-in application."""

    widget: WidgetType


@dataclass(frozen=True, slots=True)
class Summarise:
    """Summarise in `count` sentences. `what` is "" for the selection if there is one, otherwise the page."""

    count: int
    what: Literal["page", "selection", ""]


@dataclass(frozen=True, slots=True)
class SearchConversations:
    """Search the stored conversations; an empty query lists the newest."""

    query: str


@dataclass(frozen=True, slots=True)
class ShowHelp:
    """Explain what the offline copilot understands, or how to connect a model."""

    topic: Literal["help", "connect"]


@dataclass(frozen=True, slots=True)
class ShowPageFact:
    """Show the address or the title of the page."""

    fact: Literal["address", "title"]


@dataclass(frozen=True, slots=True)
class Question:
    """Anything else is a question about the page."""

    text: str


Intent = (
    OpenPage | SearchWeb | Bookmark | ShowWidget | Summarise | SearchConversations | ShowHelp | ShowPageFact | Question
)
