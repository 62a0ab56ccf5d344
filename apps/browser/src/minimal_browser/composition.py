"""The wiring, all of it: settings, backends, stores, copilot and window become one browser here."""

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from PyQt6 import sip
from PyQt6.QtCore import QObject, QTimer
from PyQt6.QtGui import QIcon
from PyQt6.QtWidgets import QApplication

from minimal_browser import __version__
from minimal_browser.application.services import CopilotService, Stores
from minimal_browser.background.background import Background
from minimal_browser.downloads.downloads import Downloads
from minimal_browser.history.history import History, forget_links
from minimal_browser.internal_pages.writer import PageWriter
from minimal_browser.page.view import WebView
from minimal_browser.profile.folder import ProfileFolder
from minimal_browser.startup.cli import Options
from minimal_browser.startup.first_page import FirstPage
from minimal_browser.startup.qt_application import sandbox_state
from minimal_browser.tabs.views import Views
from minimal_browser.toolkit.application_style import dress
from minimal_browser.toolkit.timers import once
from minimal_browser.window.browser import QtBrowser
from minimal_browser_core.commands.chain import check
from minimal_browser_core.errors import ConfigError, DatabaseCorrupt, MinimalBrowserError, StorageError
from minimal_browser_core.features.catalogue import all_commands
from minimal_browser_core.keys.keymap import Keymap
from minimal_browser_core.settings.load import settings_path
from minimal_browser_core.settings.schema import Config
from minimal_browser_core.window import MessageLevel, OpenTarget

T = TypeVar("T")
log = logging.getLogger(__name__)

WARM_UP_MS = 150
"""From the first page's being loaded to the making of stores and copilot: its first frame goes before."""
TRACED_MS = 300
"""How long `--exit-after-load` waits where the start is traced: a page of our own is painted after it is loaded."""


class Composition(QObject):
    """One browser: made of its parts, and taken apart in the order that Qt wants."""

    def __init__(self, options: Options, config: Config, folder: ProfileFolder, first: FirstPage) -> None:
        """`first` is loading already. ConfigError for bindings that cannot be."""
        super().__init__()
        self._options, self._config, self._folder = options, config, folder
        application = QApplication.instance()
        if isinstance(application, QApplication):
            dress(application, config.ui.theme)
        registry = all_commands()
        try:
            keymap = Keymap.from_config(config.keys.tables(), lambda line: check(line, registry))
        except ConfigError as error:
            file = options.config or settings_path()
            raise ConfigError("\n".join(f"{file}: {line}" for line in str(error).splitlines())) from None

        self.window = first.window
        self.window.furnish()
        self.profile = first.profile
        self.background = Background(
            lambda: open_stores(options, config, folder), lambda stores: open_copilot(options, config, stores), self
        )
        self.writer = PageWriter(self.background.stores, registry, keymap, self._version_page, config.history)
        first.own_pages.serve_with(self.background, self.writer.write, self._act)
        self.views = Views(self.window, self.profile, self._error_page, zoom=config.ui.zoom)
        self.browser = QtBrowser(
            self.window,
            self.views,
            registry,
            keymap,
            self.background,
            search_url=config.browser.search_url,
            start_page=config.browser.start_page,
        )
        self.browser.copilot.remember = config.copilot.remember
        self.browser.copilot.width = config.ui.copilot_width
        self.history = History(self.background, self.profile, config.history, self)
        self.views.visited.connect(self.history.visited)
        self.views.retitled.connect(self.history.retitled)
        self.history.recorded.connect(self.browser.suggestions.renew)
        self.history.failed.connect(lambda text: self.browser.show_message(text, MessageLevel.ERROR))
        downloads = config.browser.download_folder
        self.downloads = Downloads(
            self.profile, self.browser.show_message, Path(downloads).expanduser() if downloads else None
        )
        self.window.closing.connect(self.browser.copilot.close)
        self.views.loaded.connect(self._loaded)
        self._first = first
        self.exit_code = 0
        self._is_first_load = True
        self._warm_up_timer = once(self, self._warm_up, WARM_UP_MS)

    def start(self) -> None:
        """Take the first page over, and open the other addresses of the command line in tabs behind it."""
        # A thread that parses a stream hands the interpreter to the window after 1 ms, not after the usual 5.
        sys.setswitchinterval(0.001)
        self.views.adopt(self._first.view, OpenTarget.TAB, typed=bool(self._options.urls))
        self._first.hand_over()
        for url in reversed(self._options.urls[1:]):
            self.browser.open(url, OpenTarget.BACKGROUND_TAB)

    def report_faults(self) -> None:
        """Say a fault in a handler and go on: without this PyQt ends the process there, and loses what was typed."""
        sys.excepthook = self._fault

    def close(self) -> None:
        """Blocks until what was to be stored is stored. Pages go before their profile."""
        self._warm_up_timer.stop()
        if not self._options.exit_after_load:
            self.history.finish()
        self.background.close()
        sip.delete(self.window)
        sip.delete(self.profile)

    def _fault(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self.window.close()
            return
        log.error("a fault of the browser's own; please report it", exc_info=(kind, error, trace))
        self.browser.show_message(f"A fault of the browser's own: {kind.__name__}: {error}", MessageLevel.ERROR)

    def _loaded(self, _view: WebView, ok: bool) -> None:
        if not self._is_first_load:
            return
        self._is_first_load = False
        log.info("ready")
        if self._options.exit_after_load:
            self.exit_code = 0 if ok else 1
            QTimer.singleShot(TRACED_MS if self._options.trace_startup else 0, self.window.close)
        else:
            self._warm_up_timer.start()

    def _warm_up(self) -> None:
        self.window.setWindowIcon(QIcon.fromTheme("web-browser"))
        self.browser.copilot.warm_up()
        self.browser.keeping.load_bookmarks()
        self.history.begin()
        self.background.with_stores(lambda stores: stores.problems, self.browser.show_problems)

    def _error_page(self, url: str, reason: str, show: Callable[[str], None]) -> None:
        if self._options.exit_after_load:
            sys.stderr.write(f"minimal-browser: {url} could not be loaded: {reason}\n")
        self.background.submit(lambda: self.writer.error(url, reason), show)

    def _act(self, url: str, done: Callable[[str], None]) -> None:
        """What a form on one of our pages asks for: so far that is to forget something."""
        from minimal_browser_core.internal_pages.routes import (
            AllVisits,
            ForgetPage,
            PageAddressError,
            PageVisits,
            parse_address,
        )

        try:
            page = parse_address(url)
        except PageAddressError:
            page = None
        if not isinstance(page, ForgetPage):
            done(url)  # which says what is wrong with it
            return
        what = page.visits

        def forgotten(outcome: str) -> None:
            forget_links(self.profile, what.url if isinstance(what, PageVisits) else None)
            if isinstance(what, AllVisits):
                self.window.tabs.drop_closed()
            self.browser.suggestions.forget()
            self.browser.show_message(outcome)
            done("mb://history")

        def failed(error: Exception) -> None:
            self.browser.show_message(str(error), MessageLevel.ERROR)
            done("mb://history")

        self.background.submit(lambda: self.writer.forget(what), forgotten, failed)

    def _version_page(self) -> str:
        """On the worker."""
        from minimal_browser.internal_pages.versions import collect
        from minimal_browser_core.internal_pages.render import Fact, render_version

        sections = collect(self._options, self._config)
        sections["Programs"].append(Fact("Chromium's sandbox", sandbox_state()))
        temporary = " (temporary: deleted at exit)" if self._folder.temporary else ""
        stores = self.background.stores()
        stats = stores.conversations.stats() if stores.conversations else {}
        places = stores.history.stats() if stores.history else {}
        sections["Profile"] = [
            Fact("folder", f"{self._folder.path}{temporary}"),
            Fact(
                "conversations",
                str(self._folder.conversations),
                (*(f"{name}: {value}" for name, value in stats.items()), *stores.problems),
            ),
            Fact(
                "bookmarks and history",
                str(self._folder.places),
                tuple(f"{name}: {value}" for name, value in places.items()),
            ),
        ]
        return render_version(__version__, sections)


def open_stores(options: Options, config: Config, folder: ProfileFolder) -> Stores:
    """Blocks on the disk. A damaged file has been moved aside and told about, and an empty one begun; for any other
    trouble the browser goes on without that store, saying so."""
    from minimal_browser_core.backends import select_storage

    stores = Stores()
    try:
        selection = select_storage(cli=options.storage_backend, config=config.storage.backend)
    except MinimalBrowserError as error:
        stores.problems.append(str(error))
        return stores
    durability = config.storage.durability
    folder.adopt_old_names()
    stores.conversations = _opened(
        lambda: selection.open_conversations(folder.conversations, durability=durability), stores.problems
    )
    stores.bookmarks = _opened(lambda: selection.open_bookmarks(folder.places, durability=durability), stores.problems)
    stores.history = _opened(lambda: selection.open_history(folder.places, durability=durability), stores.problems)
    return stores


def _opened(open_store: Callable[[], T], problems: list[str]) -> T | None:
    try:
        try:
            return open_store()
        except DatabaseCorrupt as error:
            problems.append(str(error))
            return open_store() if error.quarantined else None
    except StorageError as error:
        if str(error) not in problems:  # bookmarks and history stand in one file
            problems.append(str(error))
        return None


def open_copilot(options: Options, config: Config, stores: Stores) -> CopilotService:
    """May wait for the keyring. What cannot be had is told in the result."""
    from minimal_browser_core.backends import select_ai
    from minimal_browser_core.copilot.providers.client import open_client
    from minimal_browser_core.copilot.providers.routing import choose_route
    from minimal_browser_core.copilot.session import open_session
    from minimal_browser_core.keyring_store import KeyringStore

    try:
        route = choose_route(config.ai, base_url=options.base_url, model=options.model, secrets=KeyringStore())
        selection = None if route.is_offline else select_ai(cli=options.ai_backend, config=config.ai.backend)
        client = open_client(route, selection, config.ai, store=stores.conversations)
    except MinimalBrowserError as error:
        return CopilotService(label="not available", problem=str(error))
    session = open_session(route, client, config, store=stores.conversations)
    return CopilotService(route.label, route.reason, session, client)
