"""Every setting with its type, default and documentation. To add a setting, add an attribute to a section here.

A class is a section of the settings file, and `setting()` describes one attribute. The settings file, its validation,
`:set` with its completion, and the reference page are all made from `SETTINGS`, the table of these descriptions.

This module is imported before the first page is painted, so it must not import msgspec (10 ms): `validate` translates
the types when there is something to validate.
"""
# ruff: noqa: RUF009  `setting` returns a dataclasses.field, which ruff cannot know

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from types import MappingProxyType
from typing import Annotated, Any, Literal, NamedTuple, TypeVar, get_origin

from minimal_browser_core.urls import DEFAULT_SEARCH_URL, PLACEHOLDER

T = TypeVar("T")

Check = Callable[[Any], Iterable[str]]
"""Yields what is wrong with a value of the right type, worded to follow the setting's name."""


class Range(NamedTuple):
    """The numbers that a setting takes, both ends included."""

    low: float
    high: float


class Setting(NamedTuple):
    """One setting, as the schema describes it."""

    name: str
    """With its section: `ui.zoom`."""
    type: Any
    default: Any
    doc: str
    live: bool
    """Whether a change takes effect at once; if not, at the next start."""
    per_site: bool
    """Whether `[[site]]` tables and `:set-site` can change it for some URLs."""
    check: Check | None = None
    example: Mapping[str, str] = MappingProxyType({})
    """Entries of a table that the default file shows."""

    @property
    def is_table(self) -> bool:
        """Whether its value is a table with keys of the user's choice."""
        return get_origin(self.type) is Mapping


def setting(
    default: T,
    doc: str,
    *,
    live: bool = False,
    per_site: bool = False,
    check: Check | None = None,
    example: Mapping[str, str] = MappingProxyType({}),
) -> T:
    """Describe one attribute of a section; `Setting` explains the arguments."""
    details = {"default": default, "doc": doc, "live": live, "per_site": per_site, "check": check, "example": example}
    value: T = field(default_factory=lambda: default, metadata=details)
    return value


def _search_url(url: str) -> Iterable[str]:
    if PLACEHOLDER not in url or not url.startswith(("http://", "https://")):
        yield f"must be an http or https address with {PLACEHOLDER} in it, not “{url}”."


def _start_page(url: str) -> Iterable[str]:
    if not url.strip():
        yield "must be an address, such as mb://start or about:blank."


def _base_url(url: str) -> Iterable[str]:
    if url and not url.startswith(("http://", "https://")):
        yield "must be an http or https address, such as http://127.0.0.1:11434/v1."


_HOST_NAME = r"\.?[\w-]+(\.[\w-]+)*\.?|\[[0-9A-Fa-f:.]+\]"


def _host_names(hosts: Iterable[str]) -> Iterable[str]:
    for host in hosts:
        if not re.fullmatch(_HOST_NAME, host):
            yield f"lists host names, such as example.org, and “{host[:60]}” is not one."


Backend = Literal["auto", "python", "rust"]
Provider = Literal["auto", "openrouter", "openai", "server", "offline"]
Rule = Literal["ask", "allow", "deny"]
Table = Mapping[str, str]
Seconds = Annotated[float, Range(0.001, 3_600)]
Characters = Annotated[int, Range(0, 2_000_000)]

_NO_ENTRIES: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class BrowserConfig:
    """Pages, searches and downloads."""

    start_page: str = setting(
        "mb://start", "The page that opens in a new window and a new tab.", live=True, check=_start_page
    )
    search_url: str = setting(
        DEFAULT_SEARCH_URL,
        "The search engine for words typed in the address line; {query} is replaced by them.",
        live=True,
        check=_search_url,
    )
    download_folder: str = setting("", "The folder for downloads; empty: the system's folder.", live=True)


@dataclass(frozen=True)
class AiConfig:
    """The copilot's provider and the client that talks to it."""

    backend: Backend = setting(
        "auto", 'The chat client: "auto" (the native one if it is installed), "python" or "rust".'
    )
    provider: Provider = setting(
        "auto",
        'Who answers: "auto" (ai.base_url, else the first provider with a key, else offline), "openrouter", "openai", '
        '"server" or "offline".',
    )
    base_url: str = setting(
        "",
        "The address of an OpenAI-compatible server (Ollama, llama.cpp, LM Studio, vLLM, …), such as "
        '"http://127.0.0.1:11434/v1".',
        check=_base_url,
    )
    models: tuple[str, ...] = setting(
        (),
        "Models in order of preference; the next one is tried if one is refused. Empty: the provider's default, or the "
        "first one that the server lists.",
    )
    idle_timeout: Seconds = setting(60.0, "Seconds without a byte from the provider before a request fails.")
    max_retries: Annotated[int, Range(0, 10)] = setting(
        2, "How often a request that failed on the network is sent again, 0 to 10."
    )
    proxy: str = setting(
        "",
        'A proxy for the provider, such as "socks5://127.0.0.1:9050"; empty: HTTPS_PROXY and similar variables decide.',
    )
    ca_bundle: str = setting("", "A PEM file with certificates to trust in addition to the system's.")


@dataclass(frozen=True)
class StorageConfig:
    """How conversations, history and bookmarks are stored."""

    backend: Backend = setting("auto", 'The implementation of the stores: "auto", "python" or "rust".')
    durability: Literal["normal", "full"] = setting(
        "normal",
        '"normal": stored data survives a crash of the browser; "full": also a loss of power, but writing is slower.',
    )


@dataclass(frozen=True)
class SecurityConfig:
    """What pages may do."""

    javascript: bool = setting(
        True, "Whether pages may run JavaScript. Applies when a page is loaded.", live=True, per_site=True
    )
    third_party_cookies: bool = setting(
        False, "Whether sites other than the one in the address line may set cookies.", live=True
    )


@dataclass(frozen=True)
class UiConfig:
    """Looks and sizes."""

    theme: Literal["auto", "light", "dark"] = setting(
        "auto",
        'The colours: "auto" (those of the system), "light" or "dark". Web pages follow a change at the next start.',
        live=True,
    )
    zoom: Annotated[int, Range(25, 500)] = setting(
        100, "The size of pages in percent, 25 to 500.", live=True, per_site=True
    )
    copilot_width: Annotated[int, Range(240, 1_600)] = setting(
        420, "The width of the copilot's panel in pixels, 240 to 1600."
    )


@dataclass(frozen=True)
class CopilotConfig:
    """What the copilot reads, stores and may do."""

    page_budget: Characters = setting(24_000, "How many characters of the page a model gets.")
    history_budget: Characters = setting(12_000, "How many characters of earlier questions and answers a model gets.")
    remember: bool = setting(True, "Whether questions and answers are stored.", live=True)
    actions: Mapping[str, Rule] = setting(
        _NO_ENTRIES,
        'What happens when a model proposes an action, by the name of its tool: "ask" asks you, "allow" runs it at '
        'once, "deny" refuses it. A tool that is not listed asks. Beware of "allow" for navigate: a page may trick a '
        "model into sending what it read to an address of the page's choice.",
        example={"navigate": "ask"},
    )


@dataclass(frozen=True)
class HistoryConfig:
    """Which visited pages are recorded."""

    remember: bool = setting(
        True, "Whether visited pages are recorded. Earlier visits stay until :history-clear removes them.", live=True
    )
    days: Annotated[int, Range(0, 36_500)] = setting(
        0, "Days after which a visit is removed, up to 36500; 0 keeps it until you remove it.", live=True
    )
    page_text: bool = setting(
        False,
        "Whether the readable text of visited pages is stored too, so that :history finds a page by its words.",
        live=True,
    )
    exclude: tuple[str, ...] = setting(
        (),
        'Hosts that are never recorded, each with its subdomains, such as ["bank.example", "intranet"].',
        live=True,
        check=_host_names,
    )


@dataclass(frozen=True)
class KeysConfig:
    """Keys and the command lines that they run, one table for each mode."""

    normal: Table = setting(
        _NO_ENTRIES,
        "Keys in NORMAL mode and the command lines that they run. An empty command line removes a binding.",
        example={"gh": "open mb://help", "x": ""},
    )
    insert: Table = setting(_NO_ENTRIES, "Keys in INSERT mode.")
    command: Table = setting(_NO_ENTRIES, "Keys in the command line.")
    copilot: Table = setting(_NO_ENTRIES, "Keys in the copilot's panel.")
    hint: Table = setting(_NO_ENTRIES, "Keys in HINT mode.")
    passthrough: Table = setting(_NO_ENTRIES, "Keys in PASSTHROUGH mode.")

    def tables(self) -> dict[str, Table]:
        """The bindings of each mode, as `Keymap.from_config` takes them."""
        return {mode.name: getattr(self, mode.name) for mode in fields(self)}


@dataclass(frozen=True)
class Config:
    """The value of every setting. Immutable, so any thread may read it."""

    browser: BrowserConfig = field(default_factory=BrowserConfig)
    ai: AiConfig = field(default_factory=AiConfig)
    storage: StorageConfig = field(default_factory=StorageConfig)
    security: SecurityConfig = field(default_factory=SecurityConfig)
    ui: UiConfig = field(default_factory=UiConfig)
    copilot: CopilotConfig = field(default_factory=CopilotConfig)
    history: HistoryConfig = field(default_factory=HistoryConfig)
    keys: KeysConfig = field(default_factory=KeysConfig)
    aliases: Table = setting(
        _NO_ENTRIES,
        "Your own names for command lines. What is typed after the name is added to the end.",
        live=True,
        example={"gh": "open --tab https://github.com"},
    )

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Config":
        """The settings in `values`, by their names with the section, and the defaults of all others."""
        sections: dict[str, dict[str, Any]] = {name: {} for name in SECTIONS}
        top: dict[str, Any] = {}
        for name, value in values.items():
            section, _, attribute = name.rpartition(".")
            (sections[section] if section else top)[attribute] = value
        return cls(**{name: SECTIONS[name](**attributes) for name, attributes in sections.items()}, **top)

    def conflicts(self) -> Iterable[str]:
        """What is wrong with settings in combination, each in one sentence."""
        if self.ai.provider == "server" and not self.ai.base_url:
            yield 'ai.provider is "server", so ai.base_url must be the address of the server.'


def _describe(section: Any, prefix: str = "") -> Iterable[Setting]:
    for attribute in fields(section):
        if attribute.metadata:
            yield Setting(name=f"{prefix}{attribute.name}", type=attribute.type, **attribute.metadata)
        elif isinstance(attribute.type, type):
            yield from _describe(attribute.type, f"{attribute.name}.")


SECTIONS: Mapping[str, type[Any]] = {
    section.name: section.type
    for section in fields(Config)
    if isinstance(section.type, type) and is_dataclass(section.type)
}
"""The sections of the settings file, in its order; the docstring of one is its introduction on the reference page."""

SETTINGS: Mapping[str, Setting] = {described.name: described for described in _describe(Config)}
"""Every setting by its name with the section, in the order of the settings file."""
