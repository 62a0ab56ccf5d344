"""The program `minimal-browser`."""

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from minimal_browser.startup.cli import Options, parse

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QApplication

    from minimal_browser.composition import Composition
    from minimal_browser.profile.folder import ProfileFolder
    from minimal_browser.startup.first_page import FirstPage
    from minimal_browser_core.settings.schema import Config
    from minimal_browser_core.startup import Timeline

UNUSABLE = 2
"""Exit code where the program cannot go on: a wrong option, no display, a profile that is in use."""


def main(argv: Sequence[str] | None = None) -> int:
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
    from minimal_browser.internal_pages.versions import as_text, collect

    sys.stdout.write(as_text(collect(options, _config(options))))
    return 0


def _write_settings(options: Options) -> int:
    from minimal_browser_core.settings.write import default_toml, write_settings

    sys.stdout.write(f"{write_settings(default_toml(), options.config)}\n")
    return 0


def _config(options: Options) -> "Config":
    from minimal_browser_core.settings.load import load_settings

    return load_settings(options.config).values


def _browse(options: Options) -> int:
    from minimal_browser.profile import folder as profiles
    from minimal_browser.startup import preflight

    if options.verbose:
        import logging

        logging.basicConfig(level=logging.INFO, format="minimal-browser: %(message)s")
    timeline, span = _timeline(options)
    with span("settings"):
        config = _config(options)
    _check_backends(options, config)
    preflight.require_display()
    try:
        with span("importing Qt"):
            from PyQt6.QtCore import QLibraryInfo

            preflight.require_platform_plugin(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath))
            from minimal_browser.profile.lock import lock_profile
            from minimal_browser.startup.first_page import begin
            from minimal_browser.startup.qt_application import create_application, quieten
    except ImportError as error:
        if error.name is not None and error.name.startswith("minimal_browser"):
            raise
        raise preflight.missing_library(error) from None

    folder = profiles.open_folder(name=options.profile, folder=options.profile_dir, temporary=options.temp_profile)
    try:
        lock = lock_profile(folder)
        try:
            if not options.verbose:
                quieten()
            with span("application"):
                application = create_application(config.ui.theme)
            with span("first window"):
                first = begin(next(iter(options.urls), config.browser.start_page), folder, config, application)
            return _run(application, first, options, config, folder, timeline)
        finally:
            lock.unlock()
    finally:
        folder.discard_if_temporary()


def _timeline(options: Options) -> "tuple[Timeline | None, Callable[[str], AbstractContextManager[None]]]":
    """The timeline that --trace-startup asks for, and its spans; without one, spans that cost nothing."""
    if options.trace_startup is None:
        return None, lambda _name: nullcontext()
    from minimal_browser_core.startup import Timeline

    timeline = Timeline()
    timeline.moment("the program's first line")
    return timeline, timeline.span


def _run(
    application: "QApplication",
    first: "FirstPage",
    options: Options,
    config: "Config",
    folder: "ProfileFolder",
    timeline: "Timeline | None",
) -> int:
    """The event loop; the browser is composed in it, around the first page."""
    from minimal_browser_core.errors import MinimalBrowserError

    span: Callable[[str], AbstractContextManager[None]] = timeline.span if timeline else lambda _name: nullcontext()
    trace = None
    if timeline and options.trace_startup:
        from minimal_browser.startup.trace import StartupTrace

        trace = StartupTrace(timeline, options.trace_startup, first)
    composed: list[Composition] = []
    faults: list[MinimalBrowserError] = []

    def compose() -> None:
        from minimal_browser.composition import Composition

        try:
            with span("the browser is made around it"):
                composition = Composition(options, config, folder, first)
        except MinimalBrowserError as error:
            faults.append(error)
            application.quit()
            return
        composed.append(composition)
        composition.report_faults()
        composition.start()

    first.ready.connect(compose)

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
        trace.tell()
    if not composed:
        first.discard()
        if faults:
            raise faults[0]
        return 0
    composed[0].close()
    if signals and signals.caught:
        return 128 + signals.caught
    return composed[0].exit_code


def _check_backends(options: Options, config: "Config") -> None:
    """Raise for a native backend that was asked for by name and cannot be had, before any window opens."""
    wants = (options.ai_backend, os.environ.get("MINIMAL_BROWSER_AI_BACKEND"), config.ai.backend)
    if "rust" in wants:
        from minimal_browser_core import backends

        backends.select_ai(cli=options.ai_backend, config=config.ai.backend)
    wants = (options.storage_backend, os.environ.get("MINIMAL_BROWSER_STORAGE_BACKEND"), config.storage.backend)
    if "rust" in wants:
        from minimal_browser_core import backends

        backends.select_storage(cli=options.storage_backend, config=config.storage.backend)


if __name__ == "__main__":
    raise SystemExit(main())
