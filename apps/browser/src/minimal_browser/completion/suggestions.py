"""What the command line suggests: commands, tabs, and addresses from history, bookmarks and tabs."""

import logging
from collections.abc import Callable, Iterable, Sequence

from PyQt6.QtCore import QObject, pyqtSignal

from minimal_browser.application.services import Stores
from minimal_browser.background.background import Background
from minimal_browser.completion.command_line import Suggestion
from minimal_browser_core.commands import completion
from minimal_browser_core.commands.completion import Candidate
from minimal_browser_core.commands.parameters import Completion
from minimal_browser_core.commands.registry import CommandRegistry
from minimal_browser_core.features.tabs import TabInfo
from minimal_browser_core.internal_pages.urls import PAGES, page_url
from minimal_browser_core.storage.history import HistoryRow
from minimal_browser_core.storage.port import Bookmark

log = logging.getLogger(__name__)

MOST_VISITED = 20


class Suggestions(QObject):
    """Answers at once from memory, as it is asked at each key; what the history has to say follows."""

    changed = pyqtSignal()
    """The same line may get other suggestions now."""

    def __init__(
        self,
        registry: CommandRegistry,
        tabs: Callable[[], Sequence[TabInfo]],
        background: Background,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._registry = registry
        self._tabs = tabs
        self._background = background
        self._visited: Sequence[HistoryRow] = ()
        self._answered: str | None = None
        self._asked: str | None = None
        self._wanted: str | None = None
        self.bookmarks: Sequence[Bookmark] = ()

    def renew(self) -> None:
        """The history may have changed since it was asked: a line that is open asks again."""
        self._answered = None
        self.changed.emit()

    def forget(self) -> None:
        """The history has lost pages: none of them may be shown meanwhile."""
        self._visited = ()
        self.renew()

    def complete(self, line: str) -> Sequence[Suggestion]:
        """For a line without its `:`; none where it says all already."""
        argument = completion.argument_of(line, self._registry)
        parameter = argument.parameter if argument else None
        typed = argument.typed if argument and parameter and parameter.completion is Completion.ADDRESS else None
        if typed is not None and typed != self._answered:
            self._ask(typed)
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

    def _addresses(self, typed: str | None) -> Iterable[Candidate]:
        # Until the answer is there, the last one is looked through: it is often the same.
        is_answer = typed == self._answered
        yield from (Candidate(row.url, row.title, is_match=is_answer) for row in self._visited)
        yield from completion.bookmark_candidates(self.bookmarks)
        yield from (Candidate(tab.url, tab.title) for tab in self._tabs() if tab.url)
        yield from (Candidate(page_url(name), title) for name, title in PAGES.items())

    def _ask(self, typed: str) -> None:
        """One question at a time, and of those that came meanwhile only the last."""
        self._wanted = typed
        if self._asked is None:
            self._asked = typed
            self._background.look_up(lambda stores: _visited(stores, typed), self._take, self._not_answered)

    def _not_answered(self, error: Exception) -> None:
        log.warning("nothing suggested from the history: %s", error)
        self._take(())

    def _take(self, rows: Sequence[HistoryRow]) -> None:
        asked, self._asked = self._asked, None
        if self._wanted != asked and self._wanted is not None:
            self._ask(self._wanted)  # the line has moved on: what it says now counts
            return
        self._visited, self._answered = rows, asked
        log.info("%d suggestions from the history for %d characters", len(rows), len(asked or ""))
        self.changed.emit()


def _visited(stores: Stores, typed: str) -> Sequence[HistoryRow]:
    """On a thread of the background's."""
    return stores.need_history().complete(typed, limit=MOST_VISITED) if stores.history is not None else ()
