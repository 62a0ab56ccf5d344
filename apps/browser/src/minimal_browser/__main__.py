"""The program `minimal-browser`."""

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from minimal_browser.startup.cli import Options, parse

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QApplication

    from minimal_browser.application.application import Application
    from minimal_browser.application.first_load import FirstLoad
    from minimal_browser.profile.folder import ProfileFolder
    from minimal_browser.startup.first_window import FirstWindow
    from minimal_browser_core.settings.observe import Settings
    from minimal_browser_core.startup import Timeline

UNUSABLE = 2
"""The exit code if the browser cannot start: a wrong option, no display, a profile in use."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program and return its exit code."""
    options = parse(sys.argv[1:] if argv is None else argv)
    from minimal_browser_core.errors import MinimalBrowserError
    from minimal_browser_core.profiling import Profiler

    try:
        with Profiler():
            if options.version:
                return _show_version(options)
            return _write_settings(options) if options.write_settings else _browse(options)
    except MinimalBrowserError as error:
        sys.stderr.write(f"minimal-browser: {error}\n")
        return UNUSABLE


def _show_version(options: Options) -> int:
    from minimal_browser.startup.versions import as_text, collect

    sys.stdout.write(as_text(collect(options, _settings(options).values)))
    return 0


def _write_settings(options: Options) -> int:
    from minimal_browser_core.copilot.tools.registry import tool_names
    from minimal_browser_core.settings.write import default_toml, write_settings

    sys.stdout.write(f"{write_settings(default_toml(tool_names()), options.config)}\n")
    return 0


def _settings(options: Options) -> "Settings":
    from minimal_browser_core.settings.load import load_settings

    return load_settings(options.config)


def _browse(options: Options) -> int:
    from minimal_browser.profile import folder as profiles
    from minimal_browser.startup import preflight

    if options.verbose:
        import logging

        logging.basicConfig(level=logging.INFO, format="minimal-browser: %(message)s")
    timeline, span = _timeline(options)
    with span("settings"):
        settings = _settings(options)
    _check_backends(options, settings)
    preflight.require_display()
    try:
        with span("importing Qt"):
            from PyQt6.QtCore import QLibraryInfo

            preflight.require_platform_plugin(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath))
            from minimal_browser.profile.lock import lock_profile
            from minimal_browser.startup.first_window import show_first_window
            from minimal_browser.startup.qt_application import create_application, silence_logging
    except ImportError as error:
        if error.name is not None and error.name.startswith("minimal_browser"):
            raise
        raise preflight.missing_library(error) from None

    folder = profiles.open_folder(name=options.profile, folder=options.profile_dir, temporary=options.temp_profile)
    try:
        lock = lock_profile(folder)
        try:
            if not options.verbose:
                silence_logging()
            with span("application"):
                application = create_application(settings.values.ui.theme)
            with span("first window"):
                target = next(iter(options.urls), settings.values.browser.start_page)
                first = show_first_window(target, folder, settings, application)
            return _run(application, first, options, settings, folder, timeline)
        finally:
            lock.unlock()
    finally:
        folder.discard_if_temporary()


def _timeline(options: Options) -> "tuple[Timeline | None, Callable[[str], AbstractContextManager[None]]]":
    """The timeline for --trace-startup and its span function; without the option, spans that do nothing."""
    if options.trace_startup is None:
        return None, lambda _name: nullcontext()
    from minimal_browser_core.startup import Timeline

    timeline = Timeline()
    timeline.moment("first line of the program")
    return timeline, timeline.span


def _run(
    application: "QApplication",
    first: "FirstWindow",
    options: Options,
    settings: "Settings",
    folder: "ProfileFolder",
    timeline: "Timeline | None",
) -> int:
    """Run the event loop. The browser is created in it, around the first window."""
    from minimal_browser_core.errors import MinimalBrowserError

    span: Callable[[str], AbstractContextManager[None]] = timeline.span if timeline else lambda _name: nullcontext()
    trace = None
    if timeline and options.trace_startup:
        from minimal_browser.startup.trace import StartupTrace

        trace = StartupTrace(timeline, options.trace_startup, first)
    created: list[Application] = []
    first_loads: list[FirstLoad] = []
    errors: list[MinimalBrowserError] = []

    def create() -> None:
        from minimal_browser.composition import compose, start

        try:
            with span("creating the browser"):
                browser = compose(options, settings, folder, first)
        except MinimalBrowserError as error:
            errors.append(error)
            application.quit()
            return
        browser.report_faults()
        created.append(browser)
        first_loads.append(start(browser, first, options))

    first.ready.connect(create)

    def import_the_rest() -> None:
        with span("importing the browser"):
            import minimal_browser.composition  # noqa: F401

    first.prepare(import_the_rest)
    signals = None
    if os.name == "posix":
        from minimal_browser.startup.signals import Signals

        signals = Signals(application.quit, application)
    application.exec()
    if trace:
        trace.write()
    if not created:
        first.discard()
        if errors:
            raise errors[0]
        return 0
    created[0].close(store_visits=not options.exit_after_load)
    if signals and signals.caught:
        return 128 + signals.caught
    return first_loads[0].exit_code if first_loads else 1


def _check_backends(options: Options, settings: "Settings") -> None:
    """Raise, before any window opens, if a native backend is set explicitly and is not available."""
    config = settings.values
    chosen = (options.ai_backend, os.environ.get("MINIMAL_BROWSER_AI_BACKEND"), config.ai.backend)
    if "rust" in chosen:
        from minimal_browser_core import backends

        backends.select_ai(cli=options.ai_backend, config=config.ai.backend)
    chosen = (options.storage_backend, os.environ.get("MINIMAL_BROWSER_STORAGE_BACKEND"), config.storage.backend)
    if "rust" in chosen:
        from minimal_browser_core import backends

        backends.select_storage(cli=options.storage_backend, config=config.storage.backend)


if __name__ == "__main__":
    raise SystemExit(main())
