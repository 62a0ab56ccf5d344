"""Versions and the selected backends, for `--version` and mb://version."""

import platform
from collections.abc import Mapping, Sequence

from minimal_browser import __version__
from minimal_browser.background.stores import Stores
from minimal_browser.profile.folder import ProfileFolder
from minimal_browser.startup import preflight
from minimal_browser.startup.cli import Options
from minimal_browser_core import __version__ as core_version
from minimal_browser_core.backends import Selection, select_ai, select_storage
from minimal_browser_core.copilot.providers.routing import choose_route
from minimal_browser_core.errors import MinimalBrowserError
from minimal_browser_core.internal_pages.render import Fact, render_version
from minimal_browser_core.settings.schema import Config


def collect(options: Options, config: Config) -> dict[str, list[Fact]]:
    """Return the facts by section, in order. Needs no display, reads no keyring and raises nothing."""
    return {
        "Programs": [
            Fact("minimal-browser", __version__),
            Fact("minimal_browser_core", core_version),
            Fact("Python", platform.python_version()),
            *_qt(),
        ],
        "Backends": [_selected("ai", options, config), _selected("storage", options, config)],
        "Copilot": [_route(options, config)],
    }


def as_text(sections: Mapping[str, Sequence[Fact]]) -> str:
    """Return the facts as lines for a terminal."""
    lines = [f"{fact.name} {fact.value}" for facts in sections.values() for fact in facts]
    return "\n".join(lines) + "\n"


def render_page(options: Options, config: Config, folder: ProfileFolder, stores: Stores) -> str:
    """Return the HTML of mb://version, which also describes the profile."""
    from minimal_browser.startup.qt_application import sandbox_state

    sections = collect(options, config)
    sections["Programs"].append(Fact("Chromium's sandbox", sandbox_state()))
    temporary = " (temporary: deleted at exit)" if folder.temporary else ""
    conversations = stores.conversations.stats() if stores.conversations else {}
    places = stores.history.stats() if stores.history else {}
    sections["Profile"] = [
        Fact("folder", f"{folder.path}{temporary}"),
        Fact("conversations", str(folder.conversations), (*_lines(conversations), *stores.problems)),
        Fact("bookmarks and history", str(folder.places), _lines(places)),
    ]
    return render_version(__version__, sections)


def _lines(values: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(f"{name}: {value}" for name, value in values.items())


def _qt() -> list[Fact]:
    try:
        from PyQt6.QtCore import PYQT_VERSION_STR, qVersion
        from PyQt6.QtWebEngineCore import qWebEngineChromiumVersion
    except ImportError as error:
        return [Fact("Qt", f"cannot be loaded: {preflight.missing_library(error)}")]
    return [
        Fact("Qt", qVersion() or ""),
        Fact("PyQt", PYQT_VERSION_STR),
        Fact("Chromium", qWebEngineChromiumVersion() or ""),
    ]


def _selected(service: str, options: Options, config: Config) -> Fact:
    try:
        found: Selection = (
            select_ai(cli=options.ai_backend, config=config.ai.backend)
            if service == "ai"
            else select_storage(cli=options.storage_backend, config=config.storage.backend)
        )
    except MinimalBrowserError as error:
        return Fact(f"{service} backend", f"none: {error}")
    candidates = tuple(f"{candidate.backend}: {candidate.status}; {candidate.detail}" for candidate in found.candidates)
    return Fact(f"{service} backend", f"{found.backend} {found.version} ({found.reason})", candidates)


def _route(options: Options, config: Config) -> Fact:
    try:
        route = choose_route(config.ai, base_url=options.base_url, model=options.model)
    except MinimalBrowserError as error:
        return Fact("copilot", f"none: {error}")
    models = (f"models: {', '.join(route.models)}",) if route.models and not route.is_offline else ()
    return Fact("copilot", f"{route.label} ({route.reason})", models)
