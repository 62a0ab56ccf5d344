"""Safari's `History.db`: the tables `history_items` and `history_visits`."""

from ..browser_times import cocoa_time
from ..sqlite_files import ForeignFile
from ..visited_pages import VisitedPages


def is_history(file: ForeignFile) -> bool:
    """Whether the file has Safari's tables."""
    return "url" in file.columns("history_items") and {"history_item", "visit_time"} <= file.columns("history_visits")


def read(file: ForeignFile, pages: VisitedPages) -> None:
    """Read the successful visits that led to no redirect. A page has the title of its last visit with one."""
    columns = ["history_item", "visit_time", "title", "load_successful", "redirect_destination"]
    visits = []
    titles: dict[object, tuple[int, str]] = {}
    for item, value, title, successful, destination in file.rows("history_visits", columns):
        time = cocoa_time(value)
        visits.append((item, time, successful != 0 and destination is None))
        pages.position = len(visits)
        if isinstance(title, str) and title and time is not None and time >= titles.get(item, (0, ""))[0]:
            titles[item] = time, title
    for id, url in file.rows("history_items", ["id", "url"]):
        pages.add_page(id, url, titles.get(id, (0, ""))[1])
    for position, (item, time, is_visit) in enumerate(visits, 1):
        if is_visit:
            pages.add_visit(position, item, time)
