"""The settings of a running browser: values, rules for single sites, changes and observers.

`Settings` is read from any thread and changed from one, the GUI thread: `values` is an immutable snapshot that a change
replaces as a whole. Callbacks run on the thread that made the change, before `set` returns.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from minimal_browser_core.errors import ConfigError
from minimal_browser_core.settings.schema import SETTINGS, Config, Setting
from minimal_browser_core.settings.url_patterns import UrlPattern, parse_pattern
from minimal_browser_core.settings.validate import convert, find_setting, unknown_setting


class SiteRule(NamedTuple):
    """Settings for the URLs that match a pattern."""

    pattern: UrlPattern
    values: Mapping[str, Any]


class Explanation(NamedTuple):
    """The value of a setting, and why it has it."""

    value: Any
    default: Any
    origin: str
    """Where the value comes from: the default, the name of a file, or `:set`."""
    sites: Sequence[tuple[str, Any]]
    """The patterns with a value of their own; the last one that matches wins."""


class Settings:
    """Every setting of the browser: defaults, then the file, then what was set since the start."""

    def __init__(
        self, values: Mapping[str, Any] | None = None, sites: Iterable[SiteRule] = (), *, source: str = "config.toml"
    ) -> None:
        """`values` and `sites` are those of the file `source`, validated; ConfigError if they contradict each other."""
        self.source = source
        self._file: Mapping[str, Any] = dict(values or {})
        self._changed: Mapping[str, Any] = {}
        self._sites = tuple(sites)
        self._values = Config.of(self._file)
        self._observers: dict[str, list[Callable[[], None]]] = {}
        self._bound: dict[str, Callable[[Any], None]] = {}
        _check_together(self._values)

    @property
    def values(self) -> Config:
        """The current values, without the rules for single sites. Any thread may read them."""
        return self._values

    def get(self, name: str, url: str | None = None) -> Any:
        """The value of `name`, such as `ui.zoom`, for a page if its URL is given. Any thread may call this."""
        setting, key = find_setting(name)
        if url is not None and setting.per_site:
            for rule in reversed(self._sites):
                if name in rule.values and rule.pattern.matches(url):
                    return rule.values[name]
        value = self._value(setting)
        return value if key is None else value.get(key)

    def set(self, name: str, value: object, *, pattern: str | None = None) -> None:
        """Change a setting until the browser quits, for the URLs of a pattern if one is given, and call its observers.

        A string is parsed, so that "120" is a number and "a b" a list of two. Raises ConfigError, and changes nothing,
        for an unknown name, a wrong value, and a setting that takes effect at the next start only.
        """
        setting, key = find_setting(name)
        if not setting.live:
            raise ConfigError(f"{name} takes effect at the next start. Change it in {self.source} and start again.")
        text = isinstance(value, str)
        parsed = value.split() if isinstance(value, str) and isinstance(setting.default, tuple) else value
        converted = convert(setting, parsed, key=key, from_text=text)
        if pattern is not None:
            rule = site_rule(pattern, {setting.name: converted})
            earlier = (other for other in self._sites if (other.pattern, [*other.values]) != (rule.pattern, [name]))
            self._sites = (*earlier, rule)
        else:
            if key is not None:
                converted = {**self._value(setting), key: converted}
            changed = {**self._changed, setting.name: converted}
            values = Config.of({**self._file, **changed})
            _check_together(values)
            if apply := self._bound.get(setting.name):
                apply(converted)
            self._changed, self._values = changed, values
        for callback in tuple(self._observers.get(setting.name, ())):
            callback()

    def toggle(self, name: str) -> None:
        """Set a setting that is true or false to the other value. Raises ConfigError as `set` does."""
        setting, _ = find_setting(name)
        if setting.type is not bool:
            raise ConfigError(f"{name} is not true or false, so it cannot be toggled.")
        self.set(name, not self.get(name))

    def explain(self, name: str) -> Explanation:
        """The value of a setting and where it comes from. Raises ConfigError for an unknown name."""
        setting, key = find_setting(name)
        file, changed = self._file.get(setting.name), self._changed.get(setting.name)
        if key is not None:
            file, changed = (file or {}).get(key), (changed or {}).get(key)
            changed = None if changed == file else changed
        origin = ":set" if changed is not None else self.source if file is not None else "the default"
        sites = [(str(rule.pattern), rule.values[name]) for rule in self._sites if name in rule.values]
        return Explanation(self.get(name), setting.default if key is None else None, origin, sites)

    def on_change(self, name: str, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` after each change of a setting, also of a change for some sites only.

        Returns a function that ends this. Raises ConfigError for an unknown name.
        """
        setting, _ = find_setting(name)
        callbacks = self._observers.setdefault(setting.name, [])
        callbacks.append(callback)
        return lambda: callbacks.remove(callback)

    def bind(self, name: str, apply: Callable[[Any], None]) -> None:
        """Have `apply` take over the value of a setting now, and each new one before it is accepted.

        If it raises ConfigError, the change is refused. Raises ConfigError, with the file's name, for the current one.
        """
        setting, _ = find_setting(name)
        try:
            apply(self._value(setting))
        except ConfigError as error:
            raise self._in_file(error) from None
        self._bound[setting.name] = apply

    def require_keys(self, name: str, known: Iterable[str]) -> None:
        """Raise ConfigError if the table `name` has keys that are not `known`, such as tools that do not exist."""
        known = list(known)
        problems = [unknown_setting(f"{name}.{key}", key, known) for key in self.get(name) if key not in known]
        if problems:
            raise self._in_file(ConfigError("\n".join(problems)))

    def _in_file(self, error: ConfigError) -> ConfigError:
        return ConfigError("\n".join(f"{self.source}: {line}" for line in str(error).splitlines()))

    def _value(self, setting: Setting) -> Any:
        return self._changed.get(setting.name, self._file.get(setting.name, setting.default))


def _check_together(values: Config) -> None:
    if problems := list(values.conflicts()):
        raise ConfigError("\n".join(problems))


def site_rule(pattern: str, values: Mapping[str, Any]) -> SiteRule:
    """Raises ConfigError for a text that is not a pattern, and for settings that cannot differ by site."""
    able = ", ".join(name for name, setting in SETTINGS.items() if setting.per_site)
    problems = [f"{name} cannot differ by site. {able} can." for name in values if not SETTINGS[name].per_site]
    try:
        parsed = parse_pattern(pattern)
    except ValueError as error:
        problems.insert(0, str(error))
    if problems:
        raise ConfigError("\n".join(problems))
    return SiteRule(parsed, values)
