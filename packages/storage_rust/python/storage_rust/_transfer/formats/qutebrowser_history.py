"""qutebrowser's `history.sqlite`: the table `History`, one row per visit; see qutebrowser/browser/history.py."""

from ..browser_times import unix_time
from ..sqlite_files import ForeignFile
from ..visited_pages import VisitedPages


def is_history(file: ForeignFile) -> bool:
    """Whether the file has qutebrowser's table."""
    return {"url", "atime"} <= file.columns("history")


def read(file: ForeignFile, pages: VisitedPages) -> None:
    """Read the visits, except of pages that redirected."""
    for position, (url, title, atime, redirect) in enumerate(
        file.rows("history", ["url", "title", "atime", "redirect"]), 1
    ):
        pages.position = position
        if redirect in (None, 0):
            pages.add_page(url, url, title)
            pages.add_visit(position, url, unix_time(atime))
