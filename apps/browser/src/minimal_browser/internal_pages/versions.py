"""What runs here and why: for `--version` and mb://version."""

import platform
from collections.abc import Mapping, Sequence

from minimal_browser import __version__
from minimal_browser.startup import preflight
from minimal_browser.startup.cli import Options
from minimal_browser_core import __version__ as core_version
from minimal_browser_core.backends import Selection, select_ai, select_storage
from minimal_browser_core.copilot.providers.routing import choose_route
from minimal_browser_core.errors import MinimalBrowserError
from minimal_browser_core.internal_pages.render import Fact
from minimal_browser_core.settings.schema import Config


def collect(options: Options, config: Config) -> dict[str, list[Fact]]:
    """By section, in order. Needs no display, asks no keyring, raises nothing."""
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
    lines = [f"{fact.name} {fact.value}" for facts in sections.values() for fact in facts]
    return "\n".join(lines) + "\n"


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
