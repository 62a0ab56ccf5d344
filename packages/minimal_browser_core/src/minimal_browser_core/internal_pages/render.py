"""Renders the browser's own pages as HTML: no script, no outside resource, light or dark as the system is.

Every function returns a whole document and never blocks: the caller has read everything from disk. Text of any origin
is safe to pass: it is escaped, and a stored address becomes a link only if it is a web address.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from minimal_browser_core.commands.registry import CommandRegistry
from minimal_browser_core.hosts.display import display_host, display_url
from minimal_browser_core.internal_pages import help as help_texts
from minimal_browser_core.internal_pages.environment import environment, format_day
from minimal_browser_core.internal_pages.routes import (
    AllVisits,
    DayVisits,
    LastHourVisits,
    PageVisits,
    SiteVisits,
    VisitSelection,
    forget_url,
)
from minimal_browser_core.internal_pages.urls import page_url
from minimal_browser_core.keys.keymap import Keymap
from minimal_browser_core.storage.conversations import ConversationList, ConversationRow
from minimal_browser_core.storage.history import HistoryList
from minimal_browser_core.storage.port import Bookmark


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the version page; `details` say why, one line each."""

    name: str
    value: str
    details: tuple[str, ...] = ()


def _render(template: str, **values: object) -> str:
    return environment().get_template(template).render(values)


def render_start(keymap: Keymap) -> str:
    """The start page, with the keys that are bound."""
    return _render("start.html.j2", current="start", keys_of=partial(help_texts.keys_or_command, keymap))


def render_help(registry: CommandRegistry, keymap: Keymap) -> str:
    """The help page. Each command has its name as an anchor: `mb://help#tab-next`."""
    return _render(
        "help.html.j2",
        current="help",
        modes=help_texts.mode_help(keymap),
        keys=help_texts.keys_by_group(registry, keymap),
        groups=help_texts.commands_by_group(registry, keymap),
        command_line_keys=help_texts.keys_or_command(keymap, "command-line"),
    )


def render_version(version: str, sections: Mapping[str, Sequence[Fact]]) -> str:
    """The version page. `sections` by title, in order: the backends and why they were chosen, libraries, folders."""
    return _render("version.html.j2", current="version", version=version, sections=sections)


def render_conversations(query: str, results: ConversationList, *, cursor: str | None = None) -> str:
    """Exchanges that match `query`, or the newest by day if it is blank. `results` start at `cursor`."""
    more = page_url("conversations", q=query.strip(), cursor=results.next_cursor) if results.next_cursor else None
    return _render(
        "conversations.html.j2",
        current="conversations",
        query=query.strip(),
        results=results,
        more_url=more,
        continued=cursor is not None,
    )


def render_conversation(thread: Sequence[ConversationRow], to_html: Callable[[str], str] | None = None) -> str:
    """A whole thread, which must not be empty.

    `to_html` turns an answer, Markdown from a model, into HTML that goes into the page as it is, so it has to sanitise.
    Without it, answers are shown as text.
    """
    from markupsafe import Markup

    # `to_html` sanitises: this is the only value of any page that is not escaped.
    turns = [(row, Markup(to_html(row.response)) if to_html and row.response else None) for row in thread]  # noqa: S704
    return _render("conversation.html.j2", current="conversations", first=thread[0], turns=turns)


def render_history(
    query: str, results: HistoryList, *, cursor: str | None = None, day: date | None = None, hint: str = ""
) -> str:
    """Pages that match `query`, or the last visited if it is blank; only those of a local day if `day` is given.

    `hint` is a sentence at the end on what the history contains.
    """
    given = {"q": query.strip(), "day": day.isoformat() if day else None}
    more = page_url("history", **given, cursor=results.next_cursor) if results.next_cursor else None
    return _render(
        "history.html.j2",
        current="history",
        query=query.strip(),
        results=results,
        day=day,
        more_url=more,
        continued=cursor is not None,
        hint=hint,
    )


def render_forget(visits: VisitSelection) -> str:
    """Asks whether to forget these visits: the only page with a form that is posted."""
    return _render("forget.html.j2", current="history", question=_forget_question(visits), url=forget_url(visits))


def _forget_question(visits: VisitSelection) -> tuple[str, str]:
    match visits:
        case PageVisits(url):
            return "Forget this page?", display_url(url)
        case SiteVisits(host):
            return "Forget this site?", f"All pages of {display_host(host)} and of the hosts below it."
        case DayVisits(day):
            return "Forget this day?", f"All visits of {format_day(day)}."
        case LastHourVisits():
            return "Forget the last hour?", "All visits of the last 60 minutes."
        case AllVisits():
            return "Forget the whole history?", "All visited pages, and their stored text."


def render_bookmarks(query: str, bookmarks: Sequence[Bookmark]) -> str:
    """Bookmarks that match `query`, or all of them if it is blank, in the given order."""
    return _render("bookmarks.html.j2", current="bookmarks", query=query.strip(), bookmarks=bookmarks)


def render_error(url: str, title: str, detail: str = "", hint: str = "", *, was_open: bool = False) -> str:
    """A page that did not open, or that `was_open` and crashed: what happened, to which address, and what to do.

    Line breaks in `detail` and `hint` stay.
    """
    return _render("error.html.j2", url=url, heading=title, detail=detail, hint=hint, was_open=was_open)
