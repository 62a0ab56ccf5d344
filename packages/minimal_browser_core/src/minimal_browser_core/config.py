"""Settings: one TOML file, read at start-up, validated whole.

The file is `config.toml` in the platform's folder for user settings (`minimal-browser`), or what MINIMAL_BROWSER_CONFIG
names. It holds no secrets. What each setting means stands in `default_config.toml` beside this module, which is also
what a person gets to start from.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin

from minimal_browser_core.errors import ConfigError
from minimal_browser_core.urls import DEFAULT_SEARCH_URL, PLACEHOLDER

ENVIRONMENT = "MINIMAL_BROWSER_CONFIG"

Backend = Literal["auto", "python", "rust"]
Provider = Literal["auto", "openrouter", "openai", "server", "offline"]
Rule = Literal["ask", "allow", "deny"]
Bindings = dict[str, str]


_HOST_NAME = re.compile(r"\.?[\w-]+(\.[\w-]+)*\.?|\[[0-9A-Fa-f:.]+\]")


class Range(NamedTuple):
    """The numbers that a setting takes, both ends included."""

    low: float
    high: float


Seconds = Annotated[float, Range(0.001, 3_600)]


@dataclass(frozen=True, slots=True)
class BrowserConfig:
    start_page: str = "mb://start"
    search_url: str = DEFAULT_SEARCH_URL
    download_folder: str = ""


@dataclass(frozen=True, slots=True)
class AiConfig:
    backend: Backend = "auto"
    provider: Provider = "auto"
    base_url: str = ""
    models: tuple[str, ...] = ()
    idle_timeout: Seconds = 60.0
    max_retries: Annotated[int, Range(0, 10)] = 2
    proxy: str = ""
    ca_bundle: str = ""


@dataclass(frozen=True, slots=True)
class StorageConfig:
    backend: Backend = "auto"
    durability: Literal["normal", "full"] = "normal"


@dataclass(frozen=True, slots=True)
class SecurityConfig:
    javascript: bool = True
    third_party_cookies: bool = False


@dataclass(frozen=True, slots=True)
class UiConfig:
    theme: Literal["auto", "light", "dark"] = "auto"
    zoom: Annotated[int, Range(25, 500)] = 100
    copilot_width: Annotated[int, Range(240, 1_600)] = 420


@dataclass(frozen=True, slots=True)
class ActionsConfig:
    navigate: Rule = "ask"
    search: Rule = "ask"
    html: Rule = "ask"
    bookmark: Rule = "ask"
    webapp: Rule = "ask"


@dataclass(frozen=True, slots=True)
class CopilotConfig:
    page_budget: Annotated[int, Range(0, 2_000_000)] = 24_000
    history_budget: Annotated[int, Range(0, 2_000_000)] = 12_000
    remember: bool = True
    actions: ActionsConfig = field(default_factory=ActionsConfig)


@dataclass(frozen=True, slots=True)
class HistoryConfig:
    remember: bool = True
    days: Annotated[int, Range(0, 36_500)] = 0
    page_text: bool = False
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeysConfig:
    """Keys to command lines, a table a mode; an empty command line takes a default binding away."""

    normal: Bindings = field(default_factory=dict)
    insert: Bindings = field(default_factory=dict)
    command: Bindings = field(default_factory=dict)
    copilot: Bindings = field(default_factory=dict)
    hint: Bindings = field(default_factory=dict)
    passthrough: Bindings = field(default_factory=dict)

    def tables(self) -> dict[str, Bindings]:
        """As `Keymap.from_config` takes them."""
        return {mode.name: getattr(self, mode.name) for mode in fields(self)}


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting, with its default where the file says nothing."""

    browser: BrowserConfig = field(default_factory=BrowserConfig)
    ai: AiConfig = field(default_factory=AiConfig)
    storage: StorageConfig = field(default_factory=StorageConfig)
    security: SecurityConfig = field(default_factory=SecurityConfig)
    ui: UiConfig = field(default_factory=UiConfig)
    copilot: CopilotConfig = field(default_factory=CopilotConfig)
    history: HistoryConfig = field(default_factory=HistoryConfig)
    keys: KeysConfig = field(default_factory=KeysConfig)


def config_path(environ: Mapping[str, str] = os.environ) -> Path:
    if named := environ.get(ENVIRONMENT):
        return Path(named).expanduser()
    from platformdirs import user_config_path

    return user_config_path("minimal-browser", appauthor=False) / "config.toml"


def load_config(path: Path | None = None, *, environ: Mapping[str, str] = os.environ) -> Config:
    """The settings of `path`, of the file that the environment names, or of the usual one; blocks on the disk.

    A usual file that does not exist means the defaults. ConfigError names each setting that cannot be used.
    """
    is_named = path is not None or bool(environ.get(ENVIRONMENT))
    path = path or config_path(environ)
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        if is_named:
            raise ConfigError(
                f"{path}: there is no such settings file. Name one that exists, or leave it out."
            ) from None
        return Config()
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{path}: the settings are not UTF-8 text (byte {error.start}). Save the file as UTF-8."
        ) from None
    except OSError as error:
        raise ConfigError(f"{path}: the settings cannot be read: {error.strerror}.") from None
    return parse_config(text, source=str(path))


def parse_config(text: str, *, source: str = "config.toml") -> Config:
    """The settings in `text`; ConfigError lists all that is wrong, each line with file, key and allowed values."""
    import tomllib

    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{source}: not valid TOML: {error}.") from None
    problems: list[str] = []
    values = _read(Config, table, "", problems)
    if problems:
        raise ConfigError("\n".join(f"{source}: {problem}" for problem in problems))
    config = Config(**values)
    if problems := _unusable(config):
        raise ConfigError("\n".join(f"{source}: {problem}" for problem in problems))
    return config


def default_toml() -> str:
    """A settings file that says what there is, every setting commented out at its default."""
    return Path(__file__).with_name("default_config.toml").read_text(encoding="utf-8")


def write_config(text: str, path: Path | None = None, *, replace: bool = False) -> Path:
    """Write settings and give the file's path. The old file stays whole until the new one is on the disk.

    ConfigError for text that is not valid settings, for a file that is there unless `replace`, and where the folder
    cannot be written to. A symbolic link stays one: what it points to is replaced.
    """
    import tempfile

    path = path or config_path()
    parse_config(text, source=str(path))
    target = path.resolve()
    if target.exists() and not replace:
        raise ConfigError(f"{path}: there is a settings file already; it was left as it is.")
    temporary = ""
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, temporary = tempfile.mkstemp(prefix=".config-", suffix=".toml", dir=target.parent)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            Path(temporary).chmod(target.stat().st_mode & 0o777)
        Path(temporary).replace(target)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise ConfigError(f"{path}: the settings cannot be written: {error.strerror}. Nothing was changed.") from None
    return path


def _read(section: type[Any], table: Mapping[str, Any], where: str, problems: list[str]) -> dict[str, Any]:
    kinds = {setting.name: setting.type for setting in fields(section)}
    values: dict[str, Any] = {}
    for name, value in table.items():
        key = f"{where}{name}"
        kind = kinds.get(name)
        if kind is None:
            problems.append(_unknown(key, name, list(kinds)))
        elif isinstance(kind, type) and is_dataclass(kind):
            if isinstance(value, dict):
                values[name] = kind(**_read(kind, value, f"{key}.", problems))
            else:
                problems.append(f"{key} is a section: write it as [{key}].")
        elif _fits(value, kind):
            values[name] = float(value) if kind == Seconds else tuple(value) if isinstance(value, list) else value
        else:
            problems.append(f"{key} must be {_allowed(kind)}; {_shown(value)} is not.")
    return values


def _fits(value: Any, kind: Any) -> bool:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return isinstance(value, str) and value in arguments
    if origin is Annotated:
        number, allowed = arguments
        types = (int, float) if number is float else int
        return isinstance(value, types) and not isinstance(value, bool) and allowed.low <= value <= allowed.high
    if origin is tuple:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if origin is dict:
        return isinstance(value, dict) and all(isinstance(item, str) for item in value.values())
    return isinstance(value, kind)


_SECRET_WORDS = ("api_key", "apikey", "secret", "token", "password")


def _unknown(key: str, name: str, known: list[str]) -> str:
    if any(word in name.lower().replace("-", "_") for word in _SECRET_WORDS):
        return (
            f"{key}: keys do not belong in the settings file, which is backed up and shown to others. Put it in the "
            "environment (OPENROUTER_API_KEY, OPENAI_API_KEY, or MINIMAL_BROWSER_API_KEY for ai.base_url) or in the "
            "system keyring (service minimal_browser, user openrouter, openai or server), and take it out of this file."
        )
    import difflib

    near = difflib.get_close_matches(name, known, 1)
    hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(known)}."
    return f"{key}: there is no such setting. {hint}"


def _allowed(kind: Any) -> str:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return "one of " + ", ".join(f'"{value}"' for value in arguments)
    if origin is Annotated:
        number, allowed = arguments
        if number is int:
            return f"a whole number from {allowed.low} to {allowed.high}"
        return f"a number above 0 and at most {allowed.high}"
    if origin is tuple:
        return 'a list of strings, such as ["one", "other"]'
    if origin is dict:
        return 'a table of strings, such as "gh" = "home"'
    return "true or false" if kind is bool else "a string"


def _shown(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'"{value[:60]}"'
        case int() | float():
            return str(value)
        case list():
            return "the list there"
        case dict():
            return "the table there"
        case _:
            return "the value there"


def _unusable(config: Config) -> list[str]:
    """What no type can say."""
    problems: list[str] = []
    search = config.browser.search_url
    if PLACEHOLDER not in search or not search.startswith(("http://", "https://")):
        problems.append(
            f"browser.search_url must be an http or https address with {PLACEHOLDER} in it, not “{search}”."
        )
    if not config.browser.start_page.strip():
        problems.append("browser.start_page must be an address, such as mb://start or about:blank.")
    if config.ai.base_url and not config.ai.base_url.startswith(("http://", "https://")):
        problems.append("ai.base_url must be an http or https address, such as http://127.0.0.1:11434/v1.")
    if config.ai.provider == "server" and not config.ai.base_url:
        problems.append('ai.provider is "server", so ai.base_url must say where it is.')
    problems += [
        f"history.exclude lists names of hosts, such as example.org, and “{name[:60]}” is none."
        for name in config.history.exclude
        if not _HOST_NAME.fullmatch(name)
    ]
    return problems
