"""The process: its windows, and what they share."""

import logging
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING

from PyQt6 import sip
from PyQt6.QtCore import QObject, QUrl, pyqtSignal
from PyQt6.QtWebEngineCore import QWebEngineProfile
from PyQt6.QtWidgets import QApplication

from minimal_browser.downloads.downloads import Downloads
from minimal_browser.history.forget_form import ForgetForm
from minimal_browser.internal_pages.scheme_handler import InternalPageHandler
from minimal_browser.page.view import WebView
from minimal_browser.window.browser import Browser
from minimal_browser.window.services import SharedParts, WindowServices
from minimal_browser.window.window import BrowserWindow
from minimal_browser_core.window import MessageLevel, OpenTarget

if TYPE_CHECKING:
    from minimal_browser.generated_pages.profile import GeneratedProfile

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ApplicationParts(SharedParts):
    """What the composition creates for the process. `Application.close` closes all of it."""

    profile: QWebEngineProfile
    private_profile: Callable[[], QWebEngineProfile]
    """Creates the profile of a private window, which is kept in memory."""
    internal_page_handler: InternalPageHandler
    forget_form: ForgetForm
    downloads: Downloads


class Application(QObject):
    """Opens and closes windows. GUI thread only."""

    opened = pyqtSignal(object)
    """A window was opened: its `Browser`."""

    def __init__(self, parts: ApplicationParts) -> None:
        super().__init__()
        self.parts = parts
        self.windows: list[Browser] = []
        """The open windows, oldest first."""
        self._closed_windows: list[BrowserWindow] = []
        """Windows that are closed but not deleted yet."""
        self._private_profiles: list[QWebEngineProfile] = []
        self._generated_profile: GeneratedProfile | None = None
        self._warm = False
        self._services = WindowServices(
            parts, self._open_generated_profile, self.open_window, self.quit, self._stored_data_changed
        )
        parts.downloads.watch(parts.profile)
        parts.downloads.message.connect(self.show_message)
        parts.forget_form.message.connect(self.show_message)
        parts.forget_form.forgotten.connect(self._history_forgotten)
        parts.history.recorded.connect(self._history_recorded)
        parts.history.failed.connect(lambda text: self.show_message(text, MessageLevel.ERROR))

    def open_first_window(self, window: BrowserWindow, view: WebView, *, typed: bool) -> Browser:
        """Complete the window that was shown at start-up. `typed`: the user typed the address that `view` loads."""
        browser = self._add(Browser(window, self.parts.profile, self._services))
        browser.tabs.add(browser.tabs.factory.for_view(view, typed=typed), select=True)
        return browser

    def open_window(self, url: QUrl | None = None, private: bool = False) -> Browser:
        window = BrowserWindow()
        profile = self._open_private_profile(window) if private else self.parts.profile
        browser = self._add(Browser(window, profile, self._services, private=private))
        window.show()
        if url is None:
            browser.tabs.new()
        else:
            browser.tabs.load(url, OpenTarget.TAB)
        return browser

    def active_window(self) -> Browser | None:
        """The window with the focus, else the newest one; None if all are closed."""
        active = QApplication.activeWindow()
        newest = self.windows[-1] if self.windows else None
        return next((browser for browser in self.windows if browser.window is active), newest)

    def show_message(self, text: str, level: MessageLevel = MessageLevel.INFO) -> None:
        browser = self.active_window()
        if browser is not None:
            browser.messages.show(text, level)

    def report_faults(self) -> None:
        """Show errors in event handlers as messages, and go on: PyQt would end the process. KeyboardInterrupt quits."""

        def report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
            if issubclass(kind, KeyboardInterrupt):
                self.quit()
                return
            log.error("internal error, please report it", exc_info=(kind, error, trace))
            self.show_message(f"Internal error: {kind.__name__}: {error}", MessageLevel.ERROR)

        sys.excepthook = report

    def warm_up(self) -> None:
        """Open what the first question, search and visit would otherwise wait for, and report what cannot be opened."""
        self._warm = True
        for browser in self.windows:
            self._warm_up_window(browser)
        self.parts.history.start()
        self.parts.background.with_stores(lambda stores: stores.problems, self._show_problems)

    def quit(self) -> None:
        for browser in tuple(self.windows):
            browser.window.close()

    def close(self, *, store_visits: bool = True) -> None:
        """Close all windows, then what they used, in this order. Blocks until everything is stored.

        Pages must be deleted before their profiles. Without `store_visits`, visits that wait for `warm_up` are dropped.
        """
        self.quit()
        self.parts.internal_page_handler.close()
        for window in tuple(self._closed_windows):
            sip.delete(window)
        for profile in tuple(self._private_profiles):
            sip.delete(profile)
        if store_visits:
            self.parts.history.finish()
        self.parts.background.close()
        if self._generated_profile is not None:
            sip.delete(self._generated_profile)
        sip.delete(self.parts.profile)

    def _add(self, browser: Browser) -> Browser:
        self.windows.append(browser)
        browser.window.closing.connect(partial(self._close_window, browser))
        if self._warm:
            self._warm_up_window(browser)
        self.opened.emit(browser)
        return browser

    def _close_window(self, browser: Browser) -> None:
        if browser not in self.windows:
            return
        self.windows.remove(browser)
        browser.close()
        window = browser.window
        self._closed_windows.append(window)
        window.destroyed.connect(lambda: self._closed_windows.remove(window))
        window.delete_when_idle()

    def _warm_up_window(self, browser: Browser) -> None:
        browser.copilot.warm_up()
        browser.suggestions.load_bookmarks()

    def _open_private_profile(self, window: BrowserWindow) -> QWebEngineProfile:
        """Create a profile that is deleted right after `window`."""
        profile = self.parts.private_profile()
        self.parts.downloads.watch(profile)
        self._private_profiles.append(profile)

        def delete() -> None:
            self._private_profiles.remove(profile)
            profile.deleteLater()

        window.destroyed.connect(delete)
        return profile

    def _open_generated_profile(self) -> "GeneratedProfile":
        if self._generated_profile is None:
            from minimal_browser.generated_pages.profile import GeneratedProfile

            self._generated_profile = GeneratedProfile(self)
        return self._generated_profile

    def _stored_data_changed(self) -> None:
        for browser in self.windows:
            browser.show_stored_data()

    def _history_recorded(self) -> None:
        for browser in self.windows:
            browser.suggestions.refresh()

    def _history_forgotten(self, everything: bool) -> None:
        for browser in self.windows:
            browser.suggestions.forget_visited()
            if everything:
                browser.tabs.forget_closed()

    def _show_problems(self, problems: Sequence[str]) -> None:
        browser = self.active_window()
        if browser is not None:
            browser.messages.show_problems(problems)
