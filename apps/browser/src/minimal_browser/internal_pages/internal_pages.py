"""Shows `mb://` pages in the tabs of a window."""

from collections.abc import Container, Iterator
from typing import Generic, Protocol, TypeVar

from PyQt6.QtCore import QUrl

from minimal_browser.page.view import WebView
from minimal_browser.toolkit.schemes import INTERNAL_SCHEME
from minimal_browser_core.window import OpenTarget


class TabWithView(Protocol):
    """A tab of the window."""

    view: WebView


T = TypeVar("T", bound=TabWithView)


class WindowTabs(Protocol[T]):
    """The tabs of the window."""

    def __iter__(self) -> Iterator[T]: ...

    def show(self, tab: T) -> None:
        """Select `tab`."""

    def load(self, address: QUrl, where: OpenTarget) -> None:
        """Load an address."""


class InternalPages(Generic[T]):
    """Shows each page once, in the tab that already has it or in a new one."""

    def __init__(self, tabs: WindowTabs[T]) -> None:
        self._tabs = tabs

    def show(self, url: str) -> None:
        address = QUrl(url)
        for tab in self._tabs:
            current = tab.view.url()
            if current.scheme() == address.scheme() and current.host() == address.host():
                self._tabs.show(tab)
                if current != address:
                    tab.view.load(address)
                return
        self._tabs.load(address, OpenTarget.TAB)

    def reload(self, hosts: Container[str]) -> None:
        """Reload the open pages at these hosts, as what they list has changed."""
        for tab in self._tabs:
            url = tab.view.url()
            if url.scheme() == INTERNAL_SCHEME.decode() and url.host() in hosts:
                tab.view.reload()
