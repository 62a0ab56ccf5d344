"""Checks values against the schema, with errors that name the setting and what it allows."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Any, Literal, get_args, get_origin

from minimal_browser_core.errors import ConfigError
from minimal_browser_core.settings.schema import SECTIONS, SETTINGS, Setting

_MOST_LISTED = 12
_SECRET_WORDS = ("api_key", "apikey", "secret", "token", "password")


def convert(setting: Setting, value: object, *, key: str | None = None, from_text: bool = False) -> Any:
    """`value` as the type of `setting`, or of the entry `key` of its table. Text is parsed if `from_text`.

    Raises ConfigError with all problems, one per line.
    """
    if setting.is_table and key is None:
        return _convert_table(setting, value)
    # Imported here because it takes 10 ms, which a start without settings does not have to spend.
    import msgspec

    name = setting.name if key is None else f"{setting.name}.{key}"
    kind = setting.type if key is None else get_args(setting.type)[1]
    limits = get_args(kind)[1:] if get_origin(kind) is Annotated else ()
    constrained = Annotated[get_args(kind)[0], msgspec.Meta(ge=limits[0].low, le=limits[0].high)] if limits else kind
    try:
        converted = msgspec.convert(value, constrained, strict=not from_text)
    except msgspec.ValidationError:
        raise ConfigError(f"{name} must be {_allowed(kind)}; {_shown(value)} is not.") from None
    if setting.check and (problems := [f"{name} {problem}" for problem in setting.check(converted)]):
        raise ConfigError("\n".join(problems))
    return converted


def _convert_table(setting: Setting, table: object) -> Mapping[str, Any]:
    if not isinstance(table, Mapping):
        raise ConfigError(f"{setting.name} is a table: write it as [{setting.name}].")
    converted, problems = {}, []
    for key, value in table.items():
        try:
            converted[key] = convert(setting, value, key=key)
        except ConfigError as error:
            problems.append(str(error))
    if problems:
        raise ConfigError("\n".join(problems))
    return MappingProxyType(converted)


def find_setting(name: str) -> tuple[Setting, str | None]:
    """The setting called `name` with its section; for an entry of a table, such as `aliases.gh`, also the key.

    Raises ConfigError with the nearest name if there is none.
    """
    if name in SETTINGS:
        return SETTINGS[name], None
    for setting in SETTINGS.values():
        if setting.is_table and name.startswith(f"{setting.name}.") and len(name) > len(setting.name) + 1:
            return setting, name.removeprefix(f"{setting.name}.")
    raise ConfigError(unknown_setting(name, name, list(SETTINGS)))


def unknown_setting(key: str, name: str, known: Sequence[str]) -> str:
    """The error for a `name` that is not one of `known`, at the place `key` of the settings file."""
    if any(word in name.lower().replace("-", "_") for word in _SECRET_WORDS):
        return (
            f"{key}: keys do not belong in the settings file, which is backed up and shown to others. Put it in the "
            "environment (OPENROUTER_API_KEY, OPENAI_API_KEY, or MINIMAL_BROWSER_API_KEY for ai.base_url) or in the "
            "system keyring (service minimal_browser, user openrouter, openai or server), and remove it from this file."
        )
    # Imported here because difflib is slow to import, and only a mistyped name needs it.
    import difflib

    near = difflib.get_close_matches(name, known, 1)
    listed = ", ".join(known[:_MOST_LISTED]) + (", …" if len(known) > _MOST_LISTED else "")
    return f"{key}: there is no such setting. {f'Did you mean {near[0]}?' if near else f'There are {listed}.'}"


def known_names(section: str = "") -> list[str]:
    """The names that the settings file allows in a section, or at its top level."""
    if section:
        return [name.removeprefix(f"{section}.") for name in SETTINGS if name.startswith(f"{section}.")]
    return [*SECTIONS, *(name for name in SETTINGS if "." not in name), "site"]


def _allowed(kind: Any) -> str:
    """What values of a type are, as the end of the sentence “it must be …”."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return "one of " + ", ".join(f'"{value}"' for value in arguments)
    if origin is Annotated:
        number, limits = arguments
        if number is int:
            return f"a whole number from {limits.low} to {limits.high}"
        return f"a number above 0 and at most {limits.high}"
    if origin is tuple:
        return 'a list of strings, such as ["one", "other"]'
    return "true or false" if kind is bool else "a string"


def _shown(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'"{value[:60]}"'
        case int() | float():
            return str(value)
        case list() | tuple():
            return "the list there"
        case dict():
            return "the table there"
        case _:
            return "the value there"
