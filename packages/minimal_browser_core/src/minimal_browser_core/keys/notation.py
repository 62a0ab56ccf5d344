"""Parses vim's key notation (`:help key-notation`) and brings each key into one normal form.

A character is itself: `g`, `G`, `?`. Everything else is in angle brackets: `<Esc>`, `<CR>`, `<F1>`, `<C-f>`,
`<A-Left>`, `<C-S-Tab>`; `<Space>` and `<lt>` are the space bar and `<`. The modifiers are C (Ctrl), A or M (Alt),
D (the Meta or Command key) and S (Shift). Shift with a letter is the capital, so `<S-a>` is `A`; with Ctrl, as in vim,
`<C-F>` is `<C-f>`, and `<C-S-f>` means Ctrl with Shift. `<C-[>` is `<Esc>`.
"""

import re
from functools import lru_cache

_NAMES = "Esc CR Tab Space BS Del Insert Up Down Left Right Home End PageUp PageDown Menu lt"
_NORMAL_FORMS = {name.lower(): name for name in [*_NAMES.split(), *(f"F{number}" for number in range(1, 25))]}
_NORMAL_FORMS |= {"escape": "Esc", "enter": "CR", "return": "CR", "backspace": "BS", "delete": "Del"}
_CHARACTERS = {"bar": "|", "bslash": "\\", "gt": ">"}
_MODIFIERS = {"c": "C", "a": "A", "m": "A", "d": "D", "s": "S"}
_ORDER = "CADS"

_BRACKETED = re.compile(r"<((?:[A-Za-z]-)*)([A-Za-z][A-Za-z0-9]*|[^\s<])>")


class KeyNotationError(ValueError):
    """Text that is not a key; the message says why."""


@lru_cache(maxsize=1024)
def normalise_key(text: str) -> str:
    """The normal form of one key.

    Raises KeyNotationError if `text` is not a key, is several keys, or one that no keyboard sends as written (`<S-1>`).
    """
    if text == " ":
        return "<Space>"
    match = _BRACKETED.fullmatch(text)
    if match is None:
        if len(text) != 1:
            raise KeyNotationError(f"{text!r} is not one key.")
        return _character(text, "")
    prefix, name = match.groups()
    unknown = [letter for letter in prefix.replace("-", "") if letter.lower() not in _MODIFIERS]
    if unknown:
        raise KeyNotationError(f"{text} has the unknown modifier {unknown[0]}-. Write C-, A-, D- or S-.")
    pressed = {_MODIFIERS[letter.lower()] for letter in prefix.replace("-", "")}
    modifiers = "".join(modifier for modifier in _ORDER if modifier in pressed)
    if len(name) == 1:
        return _character(name, modifiers)
    if name.lower() in _CHARACTERS:
        return _character(_CHARACTERS[name.lower()], modifiers)
    if name.lower() not in _NORMAL_FORMS:
        raise KeyNotationError(f"{text} is not the name of a key.")
    return _bracketed(modifiers, _NORMAL_FORMS[name.lower()])


def _character(character: str, modifiers: str) -> str:
    if not character.isprintable() or character.isspace():
        raise KeyNotationError(f"{character!r} is not a key that can be written as itself.")
    if character == "<":
        return _bracketed(modifiers, "lt")
    if modifiers == "C" and character == "[":
        return "<Esc>"
    # A letter whose other case is not one letter (ß) looks the same with Shift.
    if character.isalpha() and len(character.lower()) == len(character.upper()) == 1:
        if modifiers in ("", "S"):
            return character.upper() if modifiers else character
        if character != character.lower() and "C" not in modifiers and "S" not in modifiers:
            modifiers += "S"
        return _bracketed(modifiers, character.lower())
    if "S" in modifiers:
        raise KeyNotationError(
            f"Shift with {character!r} depends on the keyboard. Write the character that it gives, without S-."
        )
    return _bracketed(modifiers, character) if modifiers else character


def _bracketed(modifiers: str, name: str) -> str:
    return f"<{''.join(f'{modifier}-' for modifier in modifiers)}{name}>"


def parse_keys(text: str) -> tuple[str, ...]:
    """The keys of a sequence such as `gg`, `<C-w>o` or `z<CR>`, each in normal form.

    As in vim, a `<` that does not start the name of a key is itself. Raises KeyNotationError for an empty sequence, for
    an unknown name, and for a blank between keys, which is more often a mistake than the space bar (`<Space>`).
    """
    if text == " ":
        return ("<Space>",)
    keys = []
    position = 0
    while position < len(text):
        match = _BRACKETED.match(text, position)
        token = match.group() if match else text[position]
        if token.isspace():
            raise KeyNotationError(
                f"{text!r} contains a blank. Write <Space> for the space bar, and nothing between keys."
            )
        keys.append(normalise_key(token))
        position += len(token)
    if not keys:
        raise KeyNotationError("There are no keys in it.")
    return tuple(keys)


def is_plain(key: str) -> bool:
    """Whether a key in normal form types a character: no modifier but Shift, no function or cursor key."""
    return len(key) == 1 or key in {"<Space>", "<lt>"}
