"""Shows `mb://` pages in the tabs of a window."""

from collections.abc import Callable, Container, Sequence

from PyQt6.QtCore import QUrl

from minimal_browser.page.view import WebView
from minimal_browser.toolkit.schemes import INTERNAL_SCHEME
from minimal_browser_core.window import OpenTarget


class InternalPages:
    """Shows each page once, in the tab that already has it or in a new one."""

    def __init__(
        self,
        views: Callable[[], Sequence[WebView]],
        select: Callable[[int], None],
        load: Callable[[QUrl, OpenTarget], None],
    ) -> None:
        """`views` returns those of the window's tabs, and `select` selects one of these by its number from 1."""
        self._views = views
        self._select = select
        self._load = load

    def show(self, url: str) -> None:
        address = QUrl(url)
        for number, view in enumerate(self._views(), start=1):
            current = view.url()
            if current.scheme() == address.scheme() and current.host() == address.host():
                self._select(number)
                if current != address:
                    view.load(address)
                return
        self._load(address, OpenTarget.TAB)

    def reload(self, hosts: Container[str]) -> None:
        """Reload the open pages at these hosts, as what they list has changed."""
        for view in self._views():
            url = view.url()
            if url.scheme() == INTERNAL_SCHEME.decode() and url.host() in hosts:
                view.reload()
