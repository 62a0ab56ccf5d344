"""The HTML of `mb://` pages. Runs on the worker: it reads stores and imports what renders."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from minimal_browser.application.services import Stores
from minimal_browser_core.commands.registry import CommandRegistry
from minimal_browser_core.errors import MinimalBrowserError
from minimal_browser_core.keys.keymap import Keymap
from minimal_browser_core.settings.schema import HistoryConfig

if TYPE_CHECKING:
    from minimal_browser_core.internal_pages.routes import VisitSelection

CONVERSATIONS_A_PAGE = 50
VISITED_A_PAGE = 100
MOST_BOOKMARKS = 500


class PageWriter:
    """Never raises for an address that leads nowhere or a store that fails: it writes a page that says so."""

    def __init__(
        self,
        stores: Callable[[], Stores],
        registry: CommandRegistry,
        keymap: Keymap,
        version: Callable[[], str],
        history: HistoryConfig,
    ) -> None:
        """`version` writes mb://version, whose facts are the composition's."""
        self._stores = stores
        self._kept = _what_is_kept(history)
        self._registry = registry
        self._keymap = keymap
        self._version = version

    def write(self, url: str) -> str:
        from minimal_browser_core.internal_pages import render

        try:
            return self._page(url)
        except MinimalBrowserError as error:
            return render.render_error(url, "There is nothing to show here", str(error))

    def error(self, url: str, reason: str) -> str:
        from minimal_browser_core.internal_pages import render

        title, hint = explain(reason)
        return render.render_error(url, title, reason, hint, was_open=reason == CRASHED)

    def _page(self, url: str) -> str:
        from minimal_browser_core.internal_pages import render
        from minimal_browser_core.internal_pages import routes as kinds

        match kinds.parse_address(url):
            case kinds.StartPage():
                return render.render_start(self._keymap)
            case kinds.HelpPage():
                return render.render_help(self._registry, self._keymap)
            case kinds.VersionPage():
                return self._version()
            case kinds.BookmarksPage(query):
                found = self._stores().need_bookmarks().search(query, limit=MOST_BOOKMARKS)
                return render.render_bookmarks(query, found)
            case kinds.HistoryPage(query, cursor, day):
                return self._history(query, cursor, day)
            case kinds.ForgetPage(what):
                return render.render_forget(what)
            case kinds.ConversationsPage(query, cursor):
                return self._conversations(query, cursor)
            case kinds.ConversationPage(id):
                return self._conversation(id)

    def forget(self, what: "VisitSelection") -> str:
        """Forget that much of the history, and say what came of it. StorageErrors."""
        from minimal_browser_core.features.history.recording import recorded_address
        from minimal_browser_core.internal_pages import routes as kinds

        history = self._stores().need_history()
        match what:
            case kinds.PageVisits(url):
                gone = history.forget_page(recorded_address(url) or url)
            case kinds.SiteVisits(host):
                gone = history.forget_site(host)
            case kinds.DayVisits(day):
                gone = history.forget_day(day)
            case kinds.LastHourVisits():
                gone = history.forget_since(datetime.now(UTC) - timedelta(hours=1))
            case kinds.AllVisits():
                gone = history.forget_all()
        return f"{gone} {'visit' if gone == 1 else 'visits'} forgotten" if gone else "there was no such visit"

    def _history(self, query: str, cursor: str | None, day: date | None) -> str:
        from minimal_browser_core.internal_pages import render

        found = self._stores().need_history().search(query, limit=VISITED_A_PAGE, cursor=cursor, day=day)
        return render.render_history(query, found, cursor=cursor, day=day, hint=self._kept)

    def _conversations(self, query: str, cursor: str | None) -> str:
        from minimal_browser_core.internal_pages import render
        from minimal_browser_core.storage.conversations import ConversationService

        service = ConversationService(self._stores().need_conversations())
        found = service.search(query, limit=CONVERSATIONS_A_PAGE, cursor=cursor)
        # The question stands above it already: then the answer says more.
        rows = tuple(
            replace(row, snippet="", highlights=()) if row.snippet.strip("… ") in row.prompt else row
            for row in found.rows
        )
        return render.render_conversations(query, replace(found, rows=rows), cursor=cursor)

    def _conversation(self, id: int) -> str:
        from minimal_browser.toolkit.markdown import render as to_html
        from minimal_browser_core.internal_pages import render
        from minimal_browser_core.storage.conversations import ConversationService

        service = ConversationService(self._stores().need_conversations())
        found = service.get(id)
        if found is None:
            return render.render_error("", "There is no such conversation", f"Exchange {id} was deleted or never was.")
        return render.render_conversation(service.thread(found.thread_id), to_html)


def _what_is_kept(settings: HistoryConfig) -> str:
    """A line for the history page."""
    if not settings.remember:
        return "Visits are not recorded now (history.remember is false); what is listed was recorded before."
    days = settings.days
    kept = (
        f"Visits are kept for {days} {'day' if days == 1 else 'days'}"
        if days
        else "Visits are kept until you delete them"
    )
    texts = "the texts of pages too" if settings.page_text else "the texts of pages are not"
    return f"{kept}; {texts} (history.days, history.page_text in the settings)."


CRASHED = "its process ended"
"""The reason of a page that had been there when its process ended."""

_EXPLAINED = {
    CRASHED: ("The page stopped working", "Press r to load it anew."),
    "ERR_NAME_NOT_RESOLVED": ("This address has no server", "Check its spelling, or search with :search words."),
    "ERR_INTERNET_DISCONNECTED": ("There is no network", "Check the connection, then press r."),
    "ERR_CONNECTION_REFUSED": ("The server refused the connection", "It may be down. Press r to try again."),
    "ERR_CONNECTION_TIMED_OUT": ("The server does not answer", "Press r to try again."),
    "ERR_FILE_NOT_FOUND": ("There is no such file", "Check the path."),
    "ERR_ACCESS_DENIED": ("This may not be read", "Check the permissions of the file or folder."),
    "ERR_CERT": (
        "The server cannot prove who it is",
        "Someone may be listening in, or its certificate is out of date. Nothing was sent to it.",
    ),
    "ERR_TOO_MANY_REDIRECTS": ("The page leads around in circles", "Deleting the site's cookies may help."),
}


def explain(reason: str) -> tuple[str, str]:
    """A title and what to do, for Chromium's name of an error."""
    for name, explained in _EXPLAINED.items():
        if name in reason:
            return explained
    return "The page could not be loaded", "Press r to try again."
