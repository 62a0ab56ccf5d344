"""Our own pages as HTML: no script, no outside resource, light and dark as the system is.

Every function returns a whole document. None of them reads anything: what blocks has happened before. Text of any
origin is safe to hand in; it comes out escaped, and a stored address becomes a link only where it is a web address.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from minimal_browser_core.commands.registry import CommandRegistry
from minimal_browser_core.internal_pages import help as help_texts
from minimal_browser_core.internal_pages.environment import day as long_day
from minimal_browser_core.internal_pages.environment import environment
from minimal_browser_core.internal_pages.routes import (
    AllOfIt,
    Forgettable,
    TheDay,
    TheLastHour,
    ThePage,
    TheSite,
    forget_url,
)
from minimal_browser_core.internal_pages.urls import page_url
from minimal_browser_core.keys.keymap import Keymap
from minimal_browser_core.storage.conversations import ConversationList, ConversationRow
from minimal_browser_core.storage.history import HistoryList
from minimal_browser_core.storage.port import Bookmark


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the version page; `details` say why, a line each."""

    name: str
    value: str
    details: tuple[str, ...] = ()


def _render(template: str, **values: object) -> str:
    return environment().get_template(template).render(values)


def render_start(keymap: Keymap) -> str:
    return _render(
        "start.html.j2",
        current="start",
        tiles=help_texts.start_tiles(keymap),
        rows=help_texts.start_rows(keymap),
        ask_keys=help_texts.keys_or_command(keymap, "ask"),
    )


def render_help(registry: CommandRegistry, keymap: Keymap) -> str:
    """Each command has its name as an anchor: `mb://help#tab-next`."""
    return _render(
        "help.html.j2",
        current="help",
        modes=help_texts.mode_texts(keymap),
        keys=help_texts.keys_by_group(registry, keymap),
        groups=help_texts.commands_by_group(registry, keymap),
        command_line_keys=help_texts.keys_or_command(keymap, "command-line"),
    )


def render_version(version: str, sections: Mapping[str, Sequence[Fact]]) -> str:
    """`sections` by their titles, in order: the backends chosen and why, the libraries, the folders."""
    return _render("version.html.j2", current="version", version=version, sections=sections)


def render_conversations(query: str, results: ConversationList, *, cursor: str | None = None) -> str:
    """Matches of `query`, or the newest by day where it is blank. `cursor` is the one that `results` began at."""
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

    `to_html` turns an answer, Markdown by a model, into HTML that goes into the page as it is: it has to sanitise.
    Without it answers are shown as text.
    """
    from markupsafe import Markup

    # Trusted by contract: the one value of any page that is not escaped.
    turns = [(row, Markup(to_html(row.response)) if to_html and row.response else None) for row in thread]  # noqa: S704
    return _render("conversation.html.j2", current="conversations", first=thread[0], turns=turns)


def render_history(
    query: str, results: HistoryList, *, cursor: str | None = None, day: date | None = None, hint: str = ""
) -> str:
    """Matches of `query`, or the last visited where it is blank; of one local day, if `day` is given.

    `hint` is a sentence on what is kept and found at all, shown below.
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


def render_forget(what: Forgettable) -> str:
    """Whether to forget this much of the history: the one page of ours with a form that is posted."""
    return _render("forget.html.j2", current="history", question=_forget_question(what), url=forget_url(what))


def _forget_question(what: Forgettable) -> tuple[str, str]:
    match what:
        case ThePage(url):
            return "Forget this page?", url
        case TheSite(host):
            return "Forget this site?", f"All pages of {host} and of what is below it."
        case TheDay(day):
            return "Forget this day?", f"All visits of {long_day(day)}."
        case TheLastHour():
            return "Forget the last hour?", "All visits of the last 60 minutes."
        case AllOfIt():
            return "Forget the whole history?", "All visited pages, and the texts that were kept of them."


def render_bookmarks(query: str, bookmarks: Sequence[Bookmark]) -> str:
    """Matches of `query`, or all of them where it is blank, in the order given."""
    return _render("bookmarks.html.j2", current="bookmarks", query=query.strip(), bookmarks=bookmarks)


def render_error(url: str, title: str, detail: str = "", hint: str = "", *, was_open: bool = False) -> str:
    """A page that did not open, or that `was_open` and is no more: what happened, to which address, and what to do.

    Lines of `detail` and `hint` stay.
    """
    return _render("error.html.j2", url=url, heading=title, detail=detail, hint=hint, was_open=was_open)
