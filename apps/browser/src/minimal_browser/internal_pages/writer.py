"""Writes the HTML of `mb://` pages and of error pages. Runs on a background thread, as it reads the stores."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from minimal_browser.background.stores import Stores
from minimal_browser.page.page import CRASHED
from minimal_browser_core.commands.registry import CommandRegistry
from minimal_browser_core.errors import MinimalBrowserError
from minimal_browser_core.keys.keymap import Keymap
from minimal_browser_core.settings.observe import Settings
from minimal_browser_core.settings.schema import HistoryConfig

CONVERSATIONS_PER_PAGE = 50
VISITS_PER_PAGE = 100
MAX_BOOKMARKS = 500


class PageWriter:
    """Writes a page that says so for an address that leads nowhere or a store that fails, instead of raising."""

    def __init__(
        self,
        stores: Callable[[], Stores],
        registry: CommandRegistry,
        keymap: Keymap,
        version: Callable[[], str],
        settings: Settings,
    ) -> None:
        self._stores = stores
        self._settings = settings
        self._registry = registry
        self._keymap = keymap
        self._version = version

    def write(self, url: str) -> str:
        from minimal_browser_core.internal_pages import render

        try:
            return self._with_theme(self._page(url))
        except MinimalBrowserError as error:
            return self._with_theme(render.render_error(url, "There is nothing to show here", str(error)))

    def error(self, url: str, reason: str) -> str:
        """Write the page that is shown when `url` could not be loaded; see `WebPage.load_failed`."""
        from minimal_browser_core.internal_pages import render

        title, hint = explain(reason)
        return self._with_theme(render.render_error(url, title, reason, hint, was_open=reason == CRASHED))

    def _with_theme(self, html: str) -> str:
        """Chromium knows only the theme of the start: a page of the browser states the present one itself."""
        theme = self._settings.values.ui.theme
        return html if theme == "auto" else html.replace("<html ", f'<html data-theme="{theme}" ', 1)

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
                found = self._stores().need_bookmarks().search(query, limit=MAX_BOOKMARKS)
                return render.render_bookmarks(query, found)
            case kinds.HistoryPage(query, cursor, day):
                return self._history(query, cursor, day)
            case kinds.ForgetPage(what):
                return render.render_forget(what)
            case kinds.ConversationsPage(query, cursor):
                return self._conversations(query, cursor)
            case kinds.ConversationPage(id):
                return self._conversation(id)

    def _history(self, query: str, cursor: str | None, day: date | None) -> str:
        from minimal_browser_core.internal_pages import render

        found = self._stores().history_service().search(query, limit=VISITS_PER_PAGE, cursor=cursor, day=day)
        return render.render_history(
            query, found, cursor=cursor, day=day, hint=_describe_settings(self._settings.values.history)
        )

    def _conversations(self, query: str, cursor: str | None) -> str:
        from minimal_browser_core.internal_pages import render
        from minimal_browser_core.storage.conversations import ConversationService

        service = ConversationService(self._stores().need_conversations())
        found = service.search(query, limit=CONVERSATIONS_PER_PAGE, cursor=cursor)
        # A snippet that only repeats the question, which is shown above it, is useless.
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
            return render.render_error(
                "", "There is no such conversation", f"Exchange {id} does not exist, or was deleted."
            )
        return render.render_conversation(service.thread(found.thread_id), to_html)


def _describe_settings(settings: HistoryConfig) -> str:
    """A line of the history page on what is recorded."""
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


_EXPLAINED = {
    CRASHED: ("The page stopped working", "Press r to load it again."),
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
    """Return a title and a hint what to do for the reason of `WebPage.load_failed`."""
    for name, explained in _EXPLAINED.items():
        if name in reason:
            return explained
    return "The page could not be loaded", "Press r to try again."
