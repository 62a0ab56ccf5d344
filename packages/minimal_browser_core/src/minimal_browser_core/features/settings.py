"""Showing and changing settings while the browser runs."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Literal, Protocol, get_args, get_origin

from minimal_browser_core.commands.command import command
from minimal_browser_core.commands.parameters import Suggestions
from minimal_browser_core.errors import CommandError, ConfigError
from minimal_browser_core.settings.observe import Settings
from minimal_browser_core.settings.schema import SETTINGS
from minimal_browser_core.settings.write import toml_value
from minimal_browser_core.window import Messages


class Browser(Protocol):
    """What these commands need from the window."""

    @property
    def settings(self) -> Settings: ...
    @property
    def messages(self) -> Messages: ...


def _names(_before: Sequence[str]) -> Iterator[tuple[str, str]]:
    return ((setting.name, setting.doc) for setting in SETTINGS.values())


def _site_names(_before: Sequence[str]) -> Iterator[tuple[str, str]]:
    return ((setting.name, setting.doc) for setting in SETTINGS.values() if setting.per_site)


def _values(before: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The values of the setting that was named just before: all that there are, or else the default."""
    setting = SETTINGS.get(before[-1]) if before else None
    if setting is None or setting.is_table:
        return
    if get_origin(setting.type) is Literal:
        values: Sequence[object] = get_args(setting.type)
    else:
        values = (True, False) if setting.type is bool else (setting.default,)
    for value in values:
        text = value if isinstance(value, str) else toml_value(value)
        if text and not isinstance(value, tuple):
            yield text, "the default" if value == setting.default else ""


SettingName = Annotated[str, Suggestions(_names)]
SiteSettingName = Annotated[str, Suggestions(_site_names)]
SettingValue = Annotated[str, Suggestions(_values)]


@command(group="Settings")
def set_(browser: Browser, name: SettingName, value: tuple[SettingValue, ...] = ()) -> None:
    """Change a setting until the browser quits, or show it.

    :set name? shows the value and where it comes from, :set name! changes true to false and back. Without a value, a
    setting that is true or false becomes true, and any other is shown.

    name: the name with its section, such as ui.zoom
    value: the new value; several words for a list
    """
    settings = browser.settings
    with _as_command_error():
        if value:
            settings.set(name, " ".join(value))
        elif name.endswith("!"):
            name = name.removesuffix("!")
            settings.toggle(name)
        elif name.endswith("?") or not isinstance(settings.get(name), bool):
            browser.messages.show(_explain(settings, name.removesuffix("?")))
            return
        else:
            settings.set(name, True)
        browser.messages.show(f"{name} = {toml_value(settings.get(name))}")


@command(group="Settings")
def set_site(browser: Browser, pattern: str, name: SiteSettingName, value: SettingValue) -> None:
    """Change a setting for some sites until the browser quits.

    pattern: the sites, such as example.com, *.example.com or https://example.com/docs/*
    name: the name with its section, such as ui.zoom
    value: the new value
    """
    with _as_command_error():
        browser.settings.set(name, value, pattern=pattern)
        browser.messages.show(f"{name} = {value} for {pattern}")


def _explain(settings: Settings, name: str) -> str:
    about = settings.explain(name)
    if about.value is None:
        return f"{name} is not set."
    default = "" if about.default is None else f"; the default is {toml_value(about.default)}"
    reason = "the default" if about.origin == "the default" else f"from {about.origin}{default}"
    sites = "".join(f" For {pattern}: {toml_value(value)}." for pattern, value in about.sites)
    return f"{name} = {toml_value(about.value)} ({reason}).{sites}"


@contextmanager
def _as_command_error() -> Iterator[None]:
    try:
        yield
    except ConfigError as error:
        raise CommandError(str(error)) from None
