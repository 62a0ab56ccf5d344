"""The wiring: creates the parts of the application from the settings, and connects them."""

import sys
from collections.abc import Callable
from typing import TypeVar

from PyQt6.QtWebEngineCore import QWebEngineProfile
from PyQt6.QtWidgets import QApplication

from minimal_browser.application.application import Application, ApplicationParts
from minimal_browser.application.first_load import FirstLoad
from minimal_browser.background.background import Background
from minimal_browser.background.copilot_service import CopilotService
from minimal_browser.background.stores import Stores
from minimal_browser.downloads.downloads import Downloads
from minimal_browser.history.forget_form import ForgetForm
from minimal_browser.history.recorder import HistoryRecorder
from minimal_browser.internal_pages.writer import PageWriter
from minimal_browser.profile.folder import ProfileFolder
from minimal_browser.profile.web_profile import create_profile
from minimal_browser.startup.cli import Options
from minimal_browser.startup.first_window import FirstWindow
from minimal_browser.toolkit.not_null import not_null
from minimal_browser.toolkit.schemes import INTERNAL_SCHEME
from minimal_browser.toolkit.theme import apply_theme
from minimal_browser_core.commands.aliases import define_aliases
from minimal_browser_core.commands.chain import check
from minimal_browser_core.commands.registry import CommandRegistry
from minimal_browser_core.errors import CommandError, ConfigError, DatabaseCorrupt, MinimalBrowserError, StorageError
from minimal_browser_core.features.catalogue import all_commands
from minimal_browser_core.keys.keymap import Keymap
from minimal_browser_core.settings.observe import Settings
from minimal_browser_core.window import MessageLevel, OpenTarget

T = TypeVar("T")

TRACED_EXIT_MS = 300
"""How long `--exit-after-load` waits if the start is traced: an internal page is painted after it is loaded."""


def compose(options: Options, settings: Settings, folder: ProfileFolder, first: FirstWindow) -> Application:
    """Return the application, without windows. ConfigError for invalid key bindings and aliases."""
    qt_application = QApplication.instance()
    if isinstance(qt_application, QApplication):
        _follow_theme(qt_application, settings)
    _check_tool_names(settings)
    commands = all_commands()
    keymap = _define_keys_and_aliases(settings, commands)
    owner = first.profile  # deleted last
    background = Background(
        lambda: open_stores(options, settings, folder), lambda stores: open_copilot(options, settings, stores), owner
    )
    writer = PageWriter(
        background.stores, commands, keymap, lambda: _version_page(options, settings, folder, background), settings
    )
    forget_form = ForgetForm(background, first.profile, owner)
    first.internal_page_handler.start(background, writer.write, forget_form.submit)

    def private_profile() -> QWebEngineProfile:
        profile = create_profile(folder, settings, owner, private=True)
        profile.installUrlSchemeHandler(INTERNAL_SCHEME, first.internal_page_handler)
        return profile

    def write_error_page(url: str, reason: str) -> str:
        if options.exit_after_load:
            sys.stderr.write(f"minimal-browser: {url} could not be loaded: {reason}\n")
        return writer.error(url, reason)

    return Application(
        ApplicationParts(
            settings,
            commands,
            keymap,
            background,
            HistoryRecorder(background, first.profile, settings, owner),
            write_error_page,
            first.profile,
            private_profile,
            first.internal_page_handler,
            forget_form,
            Downloads(settings, owner),
        )
    )


def start(application: Application, first: FirstWindow, options: Options) -> FirstLoad:
    """Complete the first window, and open the other addresses of the command line in tabs behind its page."""
    # A thread that parses a stream hands the interpreter to the GUI after 1 ms instead of 5.
    sys.setswitchinterval(0.001)
    browser = application.open_first_window(first.window, first.view, typed=bool(options.urls))
    exit_after_ms = TRACED_EXIT_MS if options.trace_startup else 0
    first_load = FirstLoad(application, browser, exit_after_ms if options.exit_after_load else None)
    first.hand_over_events()
    for url in reversed(options.urls[1:]):
        try:
            browser.navigation.open(url, OpenTarget.BACKGROUND_TAB)
        except CommandError as error:
            browser.messages.show(str(error), MessageLevel.ERROR)
    return first_load


def _follow_theme(application: QApplication, settings: Settings) -> None:
    def apply() -> None:
        apply_theme(application, settings.values.ui.theme)

    apply()
    settings.on_change("ui.theme", apply)
    not_null(application.styleHints()).colorSchemeChanged.connect(lambda _scheme: apply())


def _check_tool_names(settings: Settings) -> None:
    """Raise ConfigError if the settings name a tool of the copilot that does not exist."""
    if settings.values.copilot.actions:
        from minimal_browser_core.copilot.tools.registry import tool_names

        settings.require_keys("copilot.actions", tool_names())


def _define_keys_and_aliases(settings: Settings, commands: CommandRegistry) -> Keymap:
    settings.bind("aliases", lambda table: define_aliases(table, commands, lambda line: check(line, commands)))
    try:
        return Keymap.from_config(settings.values.keys.tables(), lambda line: check(line, commands))
    except ConfigError as error:
        raise ConfigError("\n".join(f"{settings.source}: {line}" for line in str(error).splitlines())) from None


def _version_page(options: Options, settings: Settings, folder: ProfileFolder, background: Background) -> str:
    """Runs on a background thread, and imports there what only this page needs."""
    from minimal_browser.startup.versions import render_page

    return render_page(options, settings.values, folder, background.stores())


def open_stores(options: Options, settings: Settings, folder: ProfileFolder) -> Stores:
    """Open the stores of the profile; blocks on the disk.

    A damaged file has been moved aside, which the result's `problems` report, and an empty one is started. After any
    other error the browser works without that store.
    """
    from minimal_browser_core.backends import select_storage

    stores, config = Stores(), settings.values
    try:
        selection = select_storage(cli=options.storage_backend, config=config.storage.backend)
    except MinimalBrowserError as error:
        stores.problems.append(str(error))
        return stores
    durability = config.storage.durability
    folder.rename_old_files()
    stores.conversations = _open_store(
        lambda: selection.open_conversations(folder.conversations, durability=durability), stores.problems
    )
    stores.bookmarks = _open_store(
        lambda: selection.open_bookmarks(folder.places, durability=durability), stores.problems
    )
    stores.history = _open_store(lambda: selection.open_history(folder.places, durability=durability), stores.problems)
    return stores


def _open_store(open_store: Callable[[], T], problems: list[str]) -> T | None:
    try:
        try:
            return open_store()
        except DatabaseCorrupt as error:
            problems.append(str(error))
            return open_store() if error.quarantined else None
    except StorageError as error:
        if str(error) not in problems:  # bookmarks and history are in one file
            problems.append(str(error))
        return None


def open_copilot(options: Options, settings: Settings, stores: Stores) -> CopilotService:
    """Open the copilot's client; may wait for the keyring. The result's `problem` says why there is none."""
    from minimal_browser_core.backends import select_ai
    from minimal_browser_core.copilot.providers.client import open_client
    from minimal_browser_core.copilot.providers.routing import choose_route
    from minimal_browser_core.copilot.session import open_session
    from minimal_browser_core.secrets import KeyringStore

    config = settings.values
    try:
        route = choose_route(config.ai, base_url=options.base_url, model=options.model, secrets=KeyringStore())
        selection = None if route.is_offline else select_ai(cli=options.ai_backend, config=config.ai.backend)
        client = open_client(route, selection, config.ai, store=stores.conversations)
    except MinimalBrowserError as error:
        return CopilotService("not available", problem=str(error))
    return CopilotService(route.label, client, lambda: open_session(route, client, config, store=stores.conversations))
