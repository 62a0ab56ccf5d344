"""Select the implementation of a service, and record why.

Native wheels register as entry points of the group `minimal_browser.backends`; no other code looks for them. The
command line comes first, then the environment (MINIMAL_BROWSER_AI_BACKEND, MINIMAL_BROWSER_STORAGE_BACKEND), then the
settings; the default is `auto`:

    python   the implementation in this package
    rust     the wheel, or BackendError
    auto     the wheel; the Python implementation only if no wheel is installed or its API_VERSION differs

An installed wheel that cannot be used for another reason raises BackendError under `auto` too: a fallback would hide
the fault.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, Unpack

from minimal_browser_core import __version__
from minimal_browser_core.errors import BackendError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from minimal_browser_core.chat.port import ChatClient
    from minimal_browser_core.secrets import Secret
    from minimal_browser_core.storage.port import BookmarkStore, ConversationStore, HistoryStore, StoreOptions

GROUP = "minimal_browser.backends"
API_VERSION = 1
SCHEMA_VERSION = 3
"""The version of the files of the stores; both implementations write the same."""

Service = Literal["ai", "storage"]
Source = Literal["cli", "env", "config", "auto"]
Status = Literal["selected", "not requested", "not installed", "incompatible"]

CHOICES = ("auto", "python", "rust")
_SOURCES = {
    "ai": ("--ai-backend", "MINIMAL_BROWSER_AI_BACKEND", "ai.backend"),
    "storage": ("--storage-backend", "MINIMAL_BROWSER_STORAGE_BACKEND", "storage.backend"),
}
_WHEELS = {"ai": "ai_rust_client", "storage": "storage_rust"}
_REQUIRED: dict[str, frozenset[str]] = {"ai": frozenset(["model-preference", "tools"]), "storage": frozenset()}
"""Capabilities that the browser requires."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One implementation and whether it was selected. `detail` is a sentence; `version` is empty if unknown."""

    backend: str
    status: Status
    detail: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class Selection:
    """The selected implementation. `reason` explains the choice for `--version` and mb://version."""

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
    """The selected chat client."""

    def open_chat(self, api_key: "Secret | str | None" = None, **options: Any) -> "ChatClient":
        """Return a new chat client; `options` are those of `ai_rust_client.AIClient`, such as base_url and timeouts."""
        key = api_key if isinstance(api_key, str | None) else api_key.reveal()
        if self.backend == "rust":
            from minimal_browser_core.chat.native import RustAIClient

            return RustAIClient(key, **options)
        from minimal_browser_core.chat.python.client import PythonAIClient

        return PythonAIClient(key, **options)


@dataclass(frozen=True, slots=True)
class StorageSelection(Selection):
    """The selected stores, all of one implementation: one process must not open a file with two SQLite libraries."""

    def open_conversations(
        self, path: str | os.PathLike[str], **options: "Unpack[StoreOptions]"
    ) -> "ConversationStore":
        """Open the conversations. Blocks on the disk and raises the `StorageError` family."""
        if self.backend == "rust":
            from minimal_browser_core.storage.native import RustConversationStore

            return RustConversationStore(path, **options)
        from minimal_browser_core.storage.python.stores.conversations import PythonConversationStore

        return PythonConversationStore(path, **options)

    def open_bookmarks(self, path: str | os.PathLike[str], **options: "Unpack[StoreOptions]") -> "BookmarkStore":
        """Open the bookmarks, like `open_conversations`."""
        if self.backend == "rust":
            from minimal_browser_core.storage.native import RustBookmarkStore

            return RustBookmarkStore(path, **options)
        from minimal_browser_core.storage.python.stores.bookmarks import PythonBookmarkStore

        return PythonBookmarkStore(path, **options)

    def open_history(self, path: str | os.PathLike[str], **options: "Unpack[StoreOptions]") -> "HistoryStore":
        """Open the history, like `open_conversations`; it is in the file of the bookmarks."""
        if self.backend == "rust":
            from minimal_browser_core.storage.native import RustHistoryStore

            return RustHistoryStore(path, **options)
        from minimal_browser_core.storage.python.stores.history import PythonHistoryStore

        return PythonHistoryStore(path, **options)


def select_ai(
    *, cli: str | None = None, environ: Mapping[str, str] = os.environ, config: str | None = None
) -> AiSelection:
    """Select the chat client; `config` is the setting `ai.backend`. Imports the wheel unless `python` is chosen."""
    return AiSelection("ai", *_select("ai", cli, environ, config))


def select_storage(
    *, cli: str | None = None, environ: Mapping[str, str] = os.environ, config: str | None = None
) -> StorageSelection:
    """Select the stores; `config` is the setting `storage.backend`. Imports the wheel unless `python` is requested."""
    return StorageSelection("storage", *_select("storage", cli, environ, config))


_Choice = tuple[Literal["python", "rust"], str, Source, str, tuple[Candidate, ...], frozenset[str]]


def _select(service: Service, cli: str | None, environ: Mapping[str, str], config: str | None) -> _Choice:
    requested, source, place = _requested(service, cli, environ, config)
    decided = f"by {place}" if source != "auto" else "by default"
    if requested == "python":
        wheel = Candidate("rust", "not requested", "it was not tried.")
        return "python", __version__, source, f"requested {decided}", (wheel, _python("selected")), frozenset()
    module, wheel = _try_wheel(service)
    if module is not None:
        reason = f"requested {decided}" if requested == "rust" else f"auto {decided}: {wheel.detail}"
        candidates = (wheel, _python("not requested"))
        return "rust", wheel.version, source, reason, candidates, frozenset(module.CAPABILITIES)
    if requested == "rust":
        raise BackendError(
            f"The {service} backend “rust” was requested by {place}, but {wheel.detail} Install or update it with "
            f'pip install -U "minimal-browser[rust-modules]", or select “python” or “auto”.'
        )
    return "python", __version__, source, f"auto {decided}: {wheel.detail}", (wheel, _python("selected")), frozenset()


def _requested(
    service: Service, cli: str | None, environ: Mapping[str, str], config: str | None
) -> tuple[str, Source, str]:
    option, variable, setting = _SOURCES[service]
    sources: tuple[tuple[Source, str, str | None], ...] = (
        ("cli", option, cli),
        ("env", variable, environ.get(variable)),
        ("config", f"the setting {setting}", config if config != "auto" else None),
    )
    for source, place, value in sources:
        if not value:
            continue
        if value not in CHOICES:
            raise BackendError(f"{place} is “{value}”, which is not a backend. Use one of {', '.join(CHOICES)}.")
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
    api_version = getattr(module, "API_VERSION", None)
    if not isinstance(module, ModuleType) or type(api_version) is not int:
        raise _broken(name, "it does not state its API_VERSION")
    if api_version != API_VERSION:
        detail = f"{name} {version} speaks API version {api_version}, this browser {API_VERSION}."
        return None, Candidate("rust", "incompatible", detail, version)
    capabilities = getattr(module, "CAPABILITIES", None)
    if not isinstance(capabilities, frozenset):
        raise _broken(name, "it does not state its CAPABILITIES")
    if missing := _REQUIRED[service] - capabilities:
        raise _broken(name, f"version {version} lacks {', '.join(sorted(missing))}")
    if service == "storage" and (schema := getattr(module, "SCHEMA_VERSION", None)) != SCHEMA_VERSION:
        # Each implementation must open the files of the other, so a fallback would not help.
        raise _broken(name, f"it writes files of schema version {schema}, this browser {SCHEMA_VERSION}")
    return module, Candidate("rust", "selected", f"{name} {version} is installed.", version)


def _entry_point(service: Service) -> "EntryPoint | None":
    from importlib.metadata import entry_points

    entries = entry_points(group=GROUP, name=f"{service}.rust")
    modules = sorted({entry.value for entry in entries})
    if len(modules) > 1:
        raise BackendError(
            f"Several packages register as the {service} backend “rust”: {', '.join(modules)}. Uninstall all but one."
        )
    return next(iter(entries), None)


def _broken(name: str, why: str) -> BackendError:
    return BackendError(
        f"{name} is installed but cannot be used: {why}. Reinstall it with "
        f"pip install -U --force-reinstall {name}, or select the “python” backend."
    )


def _python(status: Status) -> Candidate:
    detail = "part of minimal_browser_core." if status == "selected" else "not needed."
    return Candidate("python", status, detail, __version__)
