"""Firefox's `places.sqlite`: the tables `moz_places` and `moz_historyvisits`, the same since Firefox 3.

See toolkit/components/places/nsPlacesTables.h and nsINavHistoryService.idl in Firefox's source.
"""

from typing import Final

from ..browser_times import prtime
from ..sqlite_files import ForeignFile
from ..visited_pages import VisitedPages

_TYPED: Final = 2
_REDIRECTS: Final = (5, 6)  # the types of a visit that a redirect of the visit `from_visit` led to
_NOT_BY_THE_USER: Final = (4, 7, 8, 9)  # embedded contents, downloads, frames and reloads


def is_history(file: ForeignFile) -> bool:
    """Whether the file has Firefox's tables."""
    return "url" in file.columns("moz_places") and {"place_id", "visit_date"} <= file.columns("moz_historyvisits")


def read(file: ForeignFile, pages: VisitedPages) -> None:
    """Read the visits of the user. A page that redirected is not one; where it led to is, typed if the former was."""
    for id, url, title, hidden in file.rows("moz_places", ["id", "url", "title", "hidden"]):
        if hidden == 1:  # only redirects and frames led there
            pages.hide_page(id)
        else:
            pages.add_page(id, url, title)
    visits = _Visits(file, pages)
    for position, (id, place, date, type) in enumerate(visits.rows, 1):
        if type not in _NOT_BY_THE_USER and id not in visits.redirecting:
            pages.add_visit(position, place, prtime(date), typed=visits.is_typed(id))


class _Visits:
    """The table of visits, with the chains of redirects in it."""

    def __init__(self, file: ForeignFile, pages: VisitedPages) -> None:
        self.rows: list[tuple[object, object, object, object]] = []
        self._types: dict[object, object] = {}
        self._sources: dict[object, object] = {}
        columns = ["id", "from_visit", "place_id", "visit_date", "visit_type"]
        for id, source, place, date, type in file.rows("moz_historyvisits", columns):
            self.rows.append((id, place, date, type))
            pages.position = len(self.rows)
            if type in _REDIRECTS:
                self._sources[id] = source
            elif type == _TYPED:
                self._types[id] = type
        self.redirecting = frozenset(self._sources.values())

    def is_typed(self, id: object) -> bool:
        """Whether the user typed the address, or that of the first page of the redirects that led to it."""
        seen: set[object] = set()
        while id in self._sources and id not in seen:
            seen.add(id)
            id = self._sources[id]
        return id in self._types
