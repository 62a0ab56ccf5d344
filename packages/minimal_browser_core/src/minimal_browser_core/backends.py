"""Which implementation of a service is used, and why.

Native wheels announce themselves as entry points of the group `minimal_browser.backends`; nothing else in the browser
asks whether one is there. What is wanted comes from, in this order, the command line, the environment
(MINIMAL_BROWSER_AI_BACKEND, MINIMAL_BROWSER_STORAGE_BACKEND), the settings, else it is `auto`:

    python   the implementation in this package
    rust     the wheel, or BackendError
    auto     the wheel; the Python implementation only where no wheel is installed, or it speaks another API_VERSION

A wheel that is installed but cannot be used for another reason is a BackendError under `auto` too: falling back would
hide the fault.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

from minimal_browser_core import __version__
from minimal_browser_core.errors import BackendError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from minimal_browser_core.chat.port import ChatClient
    from minimal_browser_core.secrets import Secret
    from minimal_browser_core.storage.port import BookmarkStore, ConversationStore, HistoryStore

GROUP = "minimal_browser.backends"
API_VERSION = 1
SCHEMA_VERSION = 2
"""Of the files that the stores write; both implementations write the same."""

Service = Literal["ai", "storage"]
Source = Literal["cli", "env", "config", "auto"]
Status = Literal["selected", "not asked for", "not installed", "incompatible"]

CHOICES = ("auto", "python", "rust")
_PLACES = {
    "ai": ("--ai-backend", "MINIMAL_BROWSER_AI_BACKEND", "ai.backend"),
    "storage": ("--storage-backend", "MINIMAL_BROWSER_STORAGE_BACKEND", "storage.backend"),
}
_WHEELS = {"ai": "ai_rust_client", "storage": "storage_rust"}
_NEEDED: dict[str, frozenset[str]] = {"ai": frozenset(["model-preference", "tools"]), "storage": frozenset()}
"""Capabilities that the browser cannot do without."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One implementation and what became of it; `detail` is a sentence, `version` "" where none is known."""

    backend: str
    status: Status
    detail: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class Selection:
    """What was selected. `source` says what decided, `reason` how, in a sentence for `--version` and mb://version."""

    service: Service
    backend: Literal["python", "rust"]
    version: str
    source: Source
    reason: str
    candidates: tuple[Candidate, ...]
    capabilities: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{self.service}: {self.backend} {self.version} ({self.reason})"


@dataclass(frozen=True, slots=True)
class AiSelection(Selection):
    def open_chat(self, api_key: "Secret | str | None" = None, **options: Any) -> "ChatClient":
        """A chat client; `options` as those of `ai_rust_client.AIClient` (base_url, timeouts, proxy, …)."""
        key = api_key if isinstance(api_key, str | None) else api_key.reveal()
        if self.backend == "rust":
            from minimal_browser_core.chat.native import RustAIClient

            return RustAIClient(key, **options)
        from minimal_browser_core.chat.python.client import PythonAIClient

        return PythonAIClient(key, **options)


@dataclass(frozen=True, slots=True)
class StorageSelection(Selection):
    """All stores come from one implementation: two SQLite libraries must not share a file within a process."""

    def open_conversations(self, path: str | os.PathLike[str], **options: Any) -> "ConversationStore":
        """Blocks on the disk; StorageErrors. `options` as those of `storage_rust.ConversationStore`."""
        if self.backend == "rust":
            from minimal_browser_core.storage.native import RustConversationStore

            return RustConversationStore(path, **options)
        from minimal_browser_core.storage.python.stores.conversations import PythonConversationStore

        return PythonConversationStore(path, **options)

    def open_bookmarks(self, path: str | os.PathLike[str], **options: Any) -> "BookmarkStore":
        """As `open_conversations`."""
        if self.backend == "rust":
            from minimal_browser_core.storage.native import RustBookmarkStore

            return RustBookmarkStore(path, **options)
        from minimal_browser_core.storage.python.stores.bookmarks import PythonBookmarkStore

        return PythonBookmarkStore(path, **options)

    def open_history(self, path: str | os.PathLike[str], **options: Any) -> "HistoryStore":
        """As `open_conversations`; the file is that of the bookmarks."""
        if self.backend == "rust":
            from minimal_browser_core.storage.native import RustHistoryStore

            return RustHistoryStore(path, **options)
        from minimal_browser_core.storage.python.stores.history import PythonHistoryStore

        return PythonHistoryStore(path, **options)


def select_ai(
    *, cli: str | None = None, environ: Mapping[str, str] = os.environ, config: str | None = None
) -> AiSelection:
    """The chat client's implementation; `config` is the setting `ai.backend`. Imports the wheel where it is tried."""
    return AiSelection("ai", *_select("ai", cli, environ, config))


def select_storage(
    *, cli: str | None = None, environ: Mapping[str, str] = os.environ, config: str | None = None
) -> StorageSelection:
    """The stores' implementation; `config` is the setting `storage.backend`. Imports the wheel where it is tried."""
    return StorageSelection("storage", *_select("storage", cli, environ, config))


_Chosen = tuple[Literal["python", "rust"], str, Source, str, tuple[Candidate, ...], frozenset[str]]


def _select(service: Service, cli: str | None, environ: Mapping[str, str], config: str | None) -> _Chosen:
    wanted, source, place = _wanted(service, cli, environ, config)
    decided = f"by {place}" if source != "auto" else "by default"
    if wanted == "python":
        wheel = Candidate("rust", "not asked for", "it was not looked for.")
        return "python", __version__, source, f"asked for {decided}", (wheel, _python("selected")), frozenset()
    module, wheel = _try_wheel(service)
    if module is not None:
        reason = f"asked for {decided}" if wanted == "rust" else f"auto {decided}: {wheel.detail}"
        candidates = (wheel, _python("not asked for"))
        return "rust", wheel.version, source, reason, candidates, frozenset(module.CAPABILITIES)
    if wanted == "rust":
        raise BackendError(
            f"The {service} backend “rust” was asked for by {place}, but {wheel.detail} Install or update it with "
            f'pip install -U "minimal-browser[rust-modules]", or ask for “python” or “auto”.'
        )
    return "python", __version__, source, f"auto {decided}: {wheel.detail}", (wheel, _python("selected")), frozenset()


def _wanted(
    service: Service, cli: str | None, environ: Mapping[str, str], config: str | None
) -> tuple[str, Source, str]:
    option, variable, setting = _PLACES[service]
    said: tuple[tuple[Source, str, str | None], ...] = (
        ("cli", option, cli),
        ("env", variable, environ.get(variable)),
        ("config", f"the setting {setting}", config if config != "auto" else None),
    )
    for source, place, value in said:
        if not value:
            continue
        if value not in CHOICES:
            raise BackendError(f"{place} is “{value}”, which is no backend. Use one of {', '.join(CHOICES)}.")
        return value, source, place
    return "auto", "auto", ""


def _try_wheel(service: Service) -> tuple[ModuleType | None, Candidate]:
    entry = _entry_point(service)
    if entry is None:
        return None, Candidate("rust", "not installed", f"no wheel of {_WHEELS[service]} is installed.")
    name = entry.module
    try:
        module = entry.load()
    except Exception as error:
        raise _broken(name, f"it cannot be imported: {type(error).__name__}: {error}") from error
    version = str(getattr(module, "__version__", ""))
    spoken = getattr(module, "API_VERSION", None)
    if not isinstance(module, ModuleType) or type(spoken) is not int:
        raise _broken(name, "it does not say its API_VERSION")
    if spoken != API_VERSION:
        detail = f"{name} {version} speaks API version {spoken}, this browser {API_VERSION}."
        return None, Candidate("rust", "incompatible", detail, version)
    capabilities = getattr(module, "CAPABILITIES", None)
    if not isinstance(capabilities, frozenset):
        raise _broken(name, "it does not say its CAPABILITIES")
    if missing := _NEEDED[service] - capabilities:
        raise _broken(name, f"version {version} lacks {', '.join(sorted(missing))}")
    if service == "storage" and (schema := getattr(module, "SCHEMA_VERSION", None)) != SCHEMA_VERSION:
        # Files written by one implementation have to open in the other, so this is no matter of falling back.
        raise _broken(name, f"it writes files of schema version {schema}, this browser {SCHEMA_VERSION}")
    return module, Candidate("rust", "selected", f"{name} {version} is installed.", version)


def _entry_point(service: Service) -> "EntryPoint | None":
    from importlib.metadata import entry_points

    found = entry_points(group=GROUP, name=f"{service}.rust")
    modules = sorted({entry.value for entry in found})
    if len(modules) > 1:
        raise BackendError(
            f"Several packages want to be the {service} backend “rust”: {', '.join(modules)}. Uninstall all but one."
        )
    return next(iter(found), None)


def _broken(name: str, why: str) -> BackendError:
    return BackendError(
        f"{name} is installed but cannot be used: {why}. Install it anew with "
        f"pip install -U --force-reinstall {name}, or ask for the “python” backend."
    )


def _python(status: Status) -> Candidate:
    detail = "part of minimal_browser_core." if status == "selected" else "not needed."
    return Candidate("python", status, detail, __version__)
