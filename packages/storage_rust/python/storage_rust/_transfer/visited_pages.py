"""The visited pages of imported databases, collected from their tables of pages and of visits."""

from collections.abc import Iterator
from typing import Final

from .exchange import clean, text_of
from .report import LossLog

MAX_URL: Final = 65_536  # characters; Firefox stores no longer ones
_MAX_TITLE: Final = 4_096
_MAX_BATCH: Final = 2_000  # visits
# Pages that belong to a browser, and documents whose address is their content.
# fmt: off
_INTERNAL: Final = frozenset({
    "about", "blob", "brave", "chrome", "chrome-error", "chrome-extension", "chrome-native", "chrome-search",
    "chrome-untrusted", "data", "devtools", "edge", "extension", "javascript", "moz-extension", "opera", "place",
    "qute", "res", "resource", "safari-web-extension", "view-source", "vivaldi", "wyciwyg",
})
# fmt: on

Page = tuple[str, str, list[tuple[int, bool]]]
"""The URL and the title, and the time of each visit and whether the user typed the address."""


class VisitedPages:
    """Collects the pages of one or more databases; what cannot be imported is logged as lost."""

    def __init__(self, losses: LossLog) -> None:
        self.losses = losses
        self.position = 0  # the last record of a table that was read
        self._pages: dict[str, Page] = {}
        self._by_key: dict[object, Page | str | None] = {}

    def begin_file(self) -> None:
        """Forget the keys of pages: those of another database follow."""
        self._by_key = {}

    def add_page(self, key: object, url: object, title: object) -> None:
        """Add a page of the table of pages. It is imported if it has a visit."""
        reason = _invalid_because(url)
        if reason:
            self._by_key[key] = reason
        elif _is_internal(str(url)):
            self.hide_page(key)
        else:
            address = clean(str(url))
            page = self._pages.setdefault(address, (address, clean(text_of(title)[:_MAX_TITLE]), []))
            self._by_key[key] = page

    def hide_page(self, key: object) -> None:
        """Ignore the visits of a page."""
        self._by_key[key] = None

    def add_visit(self, position: int, key: object, time: int | None, *, typed: bool = False, count: int = 1) -> None:
        """Add a visit of the user, or several at the same time; `position` is that of the record."""
        page = self._by_key.get(key, "its page is missing")
        if page is None:
            return
        if isinstance(page, str):
            self.losses.add(position, page)
        elif time is None:
            self.losses.add(position, "its time is not one after 1970")
        else:
            page[2].extend([(time, typed)] * count)

    def batches(self) -> list[list[Page]]:
        """The pages with visits, in the order of their first visits, in lists of about the same size."""
        pages = [(url, title, sorted(visits)) for url, title, visits in self._pages.values() if visits]
        pages.sort(key=lambda page: page[2][0])
        return list(_split(pages))


def _split(pages: list[Page]) -> Iterator[list[Page]]:
    batch: list[Page] = []
    count = 0
    for page in pages:
        batch.append(page)
        count += len(page[2])
        if count >= _MAX_BATCH:
            yield batch
            batch, count = [], 0
    if batch:
        yield batch


def _invalid_because(url: object) -> str | None:
    if not isinstance(url, str) or not url.strip():
        return "its page has no URL"
    return f"its URL has more than {MAX_URL:,} characters" if len(url) > MAX_URL else None


def _is_internal(url: str) -> bool:
    scheme, colon, _ = url.partition(":")
    return bool(colon) and scheme.lower() in _INTERNAL
