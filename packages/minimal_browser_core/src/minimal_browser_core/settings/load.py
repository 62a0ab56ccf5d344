"""Reads the settings file: TOML, once at start, validated as a whole.

The file is `config.toml` in the platform's folder for user settings (`minimal-browser`), or the one that
MINIMAL_BROWSER_CONFIG names. It contains no secrets.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from minimal_browser_core.errors import ConfigError
from minimal_browser_core.settings.observe import Settings, SiteRule, site_rule
from minimal_browser_core.settings.schema import SECTIONS, SETTINGS
from minimal_browser_core.settings.validate import convert, known_names, unknown_setting

ENVIRONMENT = "MINIMAL_BROWSER_CONFIG"


def settings_path(environ: Mapping[str, str] = os.environ) -> Path:
    """The file that the environment names, or the usual one."""
    if named := environ.get(ENVIRONMENT):
        return Path(named).expanduser()
    from platformdirs import user_config_path

    return user_config_path("minimal-browser", appauthor=False) / "config.toml"


def load_settings(path: Path | None = None, *, environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of `path`, of the file that the environment names, or of the usual one. Blocks on the disk.

    If the usual file does not exist, all settings have their defaults. ConfigError names each setting that is wrong.
    """
    is_named = path is not None or bool(environ.get(ENVIRONMENT))
    path = path or settings_path(environ)
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        if is_named:
            raise ConfigError(
                f"{path}: there is no such settings file. Name one that exists, or leave it out."
            ) from None
        return Settings(source=str(path))
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{path}: the settings are not UTF-8 text (byte {error.start}). Save the file as UTF-8."
        ) from None
    except OSError as error:
        raise ConfigError(f"{path}: the settings cannot be read: {error.strerror}.") from None
    return parse_settings(text, source=str(path))


def parse_settings(text: str, *, source: str = "config.toml") -> Settings:
    """The settings in `text`. ConfigError lists all that is wrong, each line with file, key and allowed values."""
    import tomllib

    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{source}: not valid TOML: {error}.") from None
    problems: list[str] = []
    sites = [_read_site(site, number, problems) for number, site in enumerate(_site_tables(table, problems), 1)]
    values = _read(table, problems)
    try:
        if not problems:
            return Settings(values, [site for site in sites if site], source=source)
    except ConfigError as error:
        problems += str(error).splitlines()
    raise ConfigError("\n".join(f"{source}: {problem}" for problem in problems))


def _read(table: Mapping[str, Any], problems: list[str]) -> dict[str, Any]:
    """The values of all settings in a table, by their names with the section."""
    values: dict[str, Any] = {}
    for name, value in _flatten(table, problems):
        try:
            values[name] = convert(SETTINGS[name], value)
        except ConfigError as error:
            problems += str(error).splitlines()
    return values


def _flatten(table: Mapping[str, Any], problems: list[str]) -> Iterator[tuple[str, Any]]:
    for name, value in table.items():
        if name in SETTINGS:
            yield name, value
        elif name not in SECTIONS:
            problems.append(unknown_setting(name, name, known_names()))
        elif not isinstance(value, dict):
            problems.append(f"{name} is a section: write it as [{name}].")
        else:
            for attribute, inner in value.items():
                if (full := f"{name}.{attribute}") in SETTINGS:
                    yield full, inner
                else:
                    problems.append(unknown_setting(full, attribute, known_names(name)))


def _site_tables(table: dict[str, Any], problems: list[str]) -> list[dict[str, Any]]:
    """Take the `[[site]]` tables out of `table`."""
    sites = table.pop("site", [])
    if isinstance(sites, list) and all(isinstance(site, dict) for site in sites):
        return sites
    problems.append("site is a list of tables: write each as [[site]].")
    return []


def _read_site(table: dict[str, Any], number: int, problems: list[str]) -> SiteRule | None:
    label = f"[[site]] {number}"
    text = table.pop("pattern", None)
    if not isinstance(text, str):
        problems.append(f'{label} needs a pattern, such as pattern = "*.example.com".')
        return None
    inner: list[str] = []
    values = _read(table, inner)
    try:
        rule = site_rule(text, values)
    except ConfigError as error:
        inner += str(error).splitlines()
    problems += [f"{label}: {problem}" for problem in inner]
    return None if inner else rule
