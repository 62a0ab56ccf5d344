"""What the command line suggests: commands, tabs, bookmarks, and the addresses of this session."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence

from minimal_browser.qt.commandline import Suggestion
from minimal_browser_core.commands.registry import CommandRegistry, Completion
from minimal_browser_core.ports.browser import TabInfo
from minimal_browser_core.ports.storage import Bookmark

ADDRESSES_KEPT = 500
OWN_PAGES = {
    "mb://start": "Start page",
    "mb://help": "Help",
    "mb://conversations": "Conversations",
    "mb://bookmarks": "Bookmarks",
    "mb://version": "Version",
}


class Suggestions:
    """Answers from memory, as it is asked at each key."""

    def __init__(self, registry: CommandRegistry, tabs: Callable[[], Sequence[TabInfo]]) -> None:
        self._registry = registry
        self._tabs = tabs
        self._visited: OrderedDict[str, str] = OrderedDict()
        self.bookmarks: Sequence[Bookmark] = ()

    def visited(self, url: str, title: str) -> None:
        if url.split(":", 1)[0] in ("http", "https", "file"):
            self._visited.pop(url, None)
            self._visited[url] = title
            if len(self._visited) > ADDRESSES_KEPT:
                self._visited.popitem(last=False)

    def complete(self, line: str) -> Sequence[Suggestion]:
        """For a line without its `:`; none where it says all already."""
        from minimal_browser_core.commands import completion

        def addresses() -> Iterable[completion.Candidate]:
            yield from (completion.Candidate(url, title) for url, title in reversed(self._visited.items()))
            yield from completion.bookmark_candidates(self.bookmarks)
            yield from (completion.Candidate(url, title) for url, title in OWN_PAGES.items())

        found = completion.complete(
            line,
            self._registry,
            {
                Completion.ADDRESS: addresses,
                Completion.TAB: lambda: completion.tab_candidates(self._tabs()),
                Completion.TAG: lambda: completion.tag_candidates(self.bookmarks),
            },
        )
        suggestions = [
            Suggestion(found.apply(line, candidate), candidate.text, candidate.detail) for candidate in found.candidates
        ]
        return [] if [suggestion.line for suggestion in suggestions] == [line] else suggestions
