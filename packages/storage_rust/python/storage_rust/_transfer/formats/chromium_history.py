"""The `History` of Chromium and the browsers based on it: the tables `urls` and `visits`.

See components/history/core/browser/visit_database.cc and ui/base/page_transition_types.h in Chromium's source.
"""

from typing import Final

from ..browser_times import webkit_time
from ..sqlite_files import ForeignFile
from ..visited_pages import VisitedPages

_CORE: Final = 0xFF
_TYPED: Final = 1
_NOT_BY_THE_USER: Final = (3, 4, 8, 10)  # automatic and manual subframes, reloads, and addresses made from a keyword
_BLOCKED: Final = 0x0080_0000
_FORWARD_BACK: Final = 0x0100_0000
_CHAIN_START: Final = 0x1000_0000
_CHAIN_END: Final = 0x2000_0000
_REDIRECT: Final = 0xC000_0000


def is_history(file: ForeignFile) -> bool:
    """Whether the file has Chromium's tables."""
    return {"id", "url"} <= file.columns("urls") and {"url", "visit_time"} <= file.columns("visits")


def read(file: ForeignFile, pages: VisitedPages) -> None:
    """Read the visits of the user, which are those that Chromium's own list shows, without reloads."""
    for id, url, title in file.rows("urls", ["id", "url", "title"]):
        pages.add_page(id, url, title)
    for position, (url_id, time, value) in enumerate(file.rows("visits", ["url", "visit_time", "transition"]), 1):
        pages.position = position
        transition = value & 0xFFFF_FFFF if isinstance(value, int) else 0
        if _is_by_the_user(transition):
            typed = transition & _CORE == _TYPED and not transition & _FORWARD_BACK
            pages.add_visit(position, url_id, webkit_time(time), typed=typed)


def _is_by_the_user(transition: int) -> bool:
    """Only the end of a chain of redirects is a visit. Visits without chains were imported from other browsers."""
    is_redirected = transition & (_CHAIN_START | _REDIRECT) and not transition & _CHAIN_END
    return not is_redirected and not transition & _BLOCKED and transition & _CORE not in _NOT_BY_THE_USER
