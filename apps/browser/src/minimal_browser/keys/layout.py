"""Keys by their position, for keyboard layouts without Latin letters: bindings are Latin."""

import unicodedata
from typing import Final

# The rows of the main block, from the key right of Escape's column on. Linux and Windows number them alike.
_ROWS: Final = (
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
)
_AT_POSITION: Final = {
    first + offset: pair
    for first, plain, shifted in _ROWS
    for offset, pair in enumerate(zip(plain, shifted, strict=True))
}
# X11 and Wayland add 8 to the numbers of Linux.
_FIRST_NUMBER: Final = {"windows": 0}
_X_FIRST_NUMBER: Final = 8


def latin(character: str, scan_code: int, platform: str, *, shift: bool) -> str:
    """Return what the key has in the US layout if `character` is a letter or digit of another script.

    Letters with accents are Latin: they stay, and so does every sign. `scan_code` is that of Qt on a platform with the
    name that Qt gives it; on an unknown platform, and for a key without a number, the character stays.
    """
    first = character[:1]
    if first.isascii() or not first.isalnum() or unicodedata.name(first, "").startswith("LATIN"):
        return character
    pair = _AT_POSITION.get(scan_code - _FIRST_NUMBER.get(platform, _X_FIRST_NUMBER))
    return pair[shift] if pair else character
