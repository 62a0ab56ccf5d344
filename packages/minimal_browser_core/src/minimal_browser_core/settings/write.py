"""Writes the settings file, and the text of one that explains every setting."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from minimal_browser_core.errors import ConfigError
from minimal_browser_core.settings.load import parse_settings, settings_path
from minimal_browser_core.settings.schema import SECTIONS, SETTINGS, Setting

_HEAD = """\
# Settings of Minimal Browser. Every setting is here with its default: remove the "# " before it to change it.
# API keys do not belong here: put them in the environment (OPENROUTER_API_KEY, OPENAI_API_KEY, MINIMAL_BROWSER_API_KEY)
# or in the system keyring (service minimal_browser; user openrouter, openai or server).
"""
SITE_EXAMPLE = """\
[[site]]
pattern = "*.example.com"
security.javascript = false
ui.zoom = 125
"""
SITE_DOC = (
    "Settings for some sites only, one table for each pattern of URLs; if several match, the last one wins. "
    'A pattern is a host, optionally with scheme, port and path: "example.com" is one host, "*.example.com" also its '
    'subdomains, "https://example.com/docs/*" a part of it. These settings can differ by site: '
)


def write_settings(text: str, path: Path | None = None, *, replace: bool = False) -> Path:
    """Write settings and return the file's path. The old file stays complete until the new one is on the disk.

    Raises ConfigError for text that is not valid settings, for a file that exists unless `replace`, and for a folder
    that cannot be written to. A symbolic link stays one: its target is replaced.
    """
    import tempfile

    path = path or settings_path()
    parse_settings(text, source=str(path))
    target = path.resolve()
    if target.exists() and not replace:
        raise ConfigError(f"{path}: a settings file exists already; it was not changed.")
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


def default_toml(tools: Iterable[str] = ()) -> str:
    """A settings file that explains every setting, each commented out at its default.

    `tools` are the names of the copilot's tools, which the table `copilot.actions` lists.
    """
    examples = {"copilot.actions": dict.fromkeys(tools, "ask")}
    lines = [_HEAD]
    for section in SECTIONS:
        inner = [setting for name, setting in SETTINGS.items() if name.startswith(f"{section}.")]
        if any(not setting.is_table for setting in inner):
            lines.append(f"[{section}]")
        for setting in sorted(inner, key=lambda setting: setting.is_table):
            lines += _described(setting, examples.get(setting.name) or setting.example)
    for name, setting in SETTINGS.items():
        if "." not in name:
            lines += _described(setting, setting.example)
    able = ", ".join(name for name, setting in SETTINGS.items() if setting.per_site)
    lines += [*_comment(f"{SITE_DOC}{able}."), *(f"# {line}" for line in SITE_EXAMPLE.splitlines()), ""]
    return "\n".join(lines)


def _described(setting: Setting, example: Mapping[str, str]) -> Iterator[str]:
    if setting.is_table:
        yield f"[{setting.name}]"
    yield from _comment(setting.doc)
    if setting.is_table:
        yield from (f"# {line}" for line in table_lines(example))
    else:
        yield f"# {setting.name.rpartition('.')[2]} = {toml_value(setting.default)}"
    yield ""


def _comment(text: str) -> Iterator[str]:
    import textwrap

    return (f"# {line}" for line in textwrap.wrap(text, 118, break_long_words=False, break_on_hyphens=False))


def table_lines(entries: Mapping[str, str]) -> Iterator[str]:
    """The entries of a table as the settings file writes them."""
    return (f"{_toml_key(key)} = {toml_value(value)}" for key, value in entries.items())


def _toml_key(key: str) -> str:
    return key if key.isidentifier() and key.isascii() else toml_value(key)


def toml_value(value: Any) -> str:
    """A value as the settings file writes it."""
    if isinstance(value, Mapping):
        entries = ", ".join(table_lines(value))
        return f"{{ {entries} }}" if entries else "{}"
    return json.dumps(value, ensure_ascii=False)
