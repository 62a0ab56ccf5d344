"""What the command line suggests: commands, tabs, and addresses from history, bookmarks and tabs."""

import logging
from collections.abc import Callable, Iterable, Sequence

from PyQt6.QtCore import QObject, pyqtSignal

from minimal_browser.background.stores import Stores
from minimal_browser.background.tasks import Tasks
from minimal_browser.completion.suggestion_list import Suggestion
from minimal_browser_core.commands import completion
from minimal_browser_core.commands.completion import Candidate
from minimal_browser_core.commands.parameters import Completion
from minimal_browser_core.commands.registry import CommandRegistry
from minimal_browser_core.features.tabs import TabInfo
from minimal_browser_core.hosts.display import editable_url
from minimal_browser_core.internal_pages.urls import PAGES, page_url
from minimal_browser_core.storage.history import HistoryRow
from minimal_browser_core.storage.port import Bookmark

log = logging.getLogger(__name__)

MAX_VISITED = 20
MAX_BOOKMARKS = 500


class Suggestions(QObject):
    """Answers at once from memory, as it is asked on each key; results from the history follow with `changed`."""

    changed = pyqtSignal()
    """The same line may have other suggestions now."""

    def __init__(
        self, registry: CommandRegistry, tabs: Callable[[], Sequence[TabInfo]], tasks: Tasks, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._registry = registry
        self._tabs = tabs
        self._tasks = tasks
        self._visited: Sequence[HistoryRow] = ()
        self._answered: str | None = None
        """The text that `_visited` answers."""
        self._asked: str | None = None
        """The text that is being looked up."""
        self._next: str | None = None
        """The text to look up next."""
        self.bookmarks: Sequence[Bookmark] = ()

    def refresh(self) -> None:
        """The history may have changed: an open line asks again."""
        self._answered = None
        self.changed.emit()

    def forget_visited(self) -> None:
        """Pages were deleted from the history: show none of it until it has been read again."""
        self._visited = ()
        self.refresh()

    def load_bookmarks(self) -> None:
        self._tasks.with_stores(
            lambda stores: list(stores.bookmarks.search(limit=MAX_BOOKMARKS)) if stores.bookmarks else [],
            self._bookmarks_loaded,
            lambda error: log.warning("no bookmarks to suggest: %s", error),
        )

    def complete(self, line: str) -> Sequence[Suggestion]:
        """Suggestions for a line without its `:`; none if the only one equals the line."""
        argument = completion.argument_of(line, self._registry)
        parameter = argument.parameter if argument else None
        typed = argument.typed if argument and parameter and parameter.completion is Completion.ADDRESS else None
        if typed is not None and typed != self._answered:
            self._look_up(typed)
        found = completion.complete(
            line,
            self._registry,
            {
                Completion.ADDRESS: lambda: self._addresses(typed),
                Completion.TAB: lambda: completion.tab_candidates(self._tabs()),
                Completion.TAG: lambda: completion.tag_candidates(self.bookmarks),
            },
        )
        suggestions = [
            Suggestion(found.apply(line, candidate), candidate.text, candidate.detail) for candidate in found.candidates
        ]
        return [] if [suggestion.line for suggestion in suggestions] == [line] else suggestions

    def _bookmarks_loaded(self, bookmarks: Sequence[Bookmark]) -> None:
        self.bookmarks = bookmarks

    def _addresses(self, typed: str | None) -> Iterable[Candidate]:
        # Until the answer is there, the last one is searched: it is often the same.
        is_answer = typed == self._answered
        yield from (Candidate(editable_url(row.url), row.title, is_match=is_answer) for row in self._visited)
        yield from completion.bookmark_candidates(self.bookmarks)
        yield from (Candidate(editable_url(tab.url), tab.title) for tab in self._tabs() if tab.url)
        yield from (Candidate(page_url(name), title) for name, title in PAGES.items())

    def _look_up(self, typed: str) -> None:
        """One look-up at a time; of the texts typed in the meantime only the last is looked up."""
        self._next = typed
        if self._asked is None:
            self._asked = typed
            self._tasks.look_up(lambda stores: _visited(stores, typed), self._looked_up, self._look_up_failed)

    def _look_up_failed(self, error: Exception) -> None:
        log.warning("nothing suggested from the history: %s", error)
        self._looked_up(())

    def _looked_up(self, rows: Sequence[HistoryRow]) -> None:
        asked, self._asked = self._asked, None
        if self._next != asked and self._next is not None:
            self._look_up(self._next)
            return
        self._visited, self._answered = rows, asked
        log.info("%d suggestions from the history for %d characters", len(rows), len(asked or ""))
        self.changed.emit()


def _visited(stores: Stores, typed: str) -> Sequence[HistoryRow]:
    """Runs on a background thread."""
    return stores.history_service().complete(typed, limit=MAX_VISITED) if stores.history is not None else ()
