"""Names key events in vim's notation."""

from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QGuiApplication, QKeyEvent

from minimal_browser.keys.layout import latin

# The numbers of Qt.Key, which never change. Importing the enumeration itself takes 20 ms at every start.
_SPACE = 0x20
_NAMED = {
    0x01000000: "Esc",
    0x01000004: "CR",
    0x01000005: "CR",
    0x01000001: "Tab",
    0x01000002: "Tab",
    _SPACE: "Space",
    0x01000003: "BS",
    0x01000007: "Del",
    0x01000006: "Insert",
    0x01000013: "Up",
    0x01000015: "Down",
    0x01000012: "Left",
    0x01000014: "Right",
    0x01000010: "Home",
    0x01000011: "End",
    0x01000016: "PageUp",
    0x01000017: "PageDown",
    0x01000055: "Menu",
    **{0x01000030 + number: f"F{number + 1}" for number in range(24)},
}
# Shift, Ctrl, Alt, Meta, AltGr, Super, Hyper, the locks, and the keys that compose.
_MODIFIER_KEYS = {
    0x01000020,
    0x01000021,
    0x01000023,
    0x01000022,
    0x01001103,
    0x01000053,
    0x01000054,
    0x01000056,
    0x01000057,
    0x01000024,
    0x01000025,
    0x01000026,
    0x0100117E,
    0x01001120,
}
_DEAD_KEYS = range(0x01001250, 0x01001293 + 1)


def key_name(event: QKeyEvent, *, for_text: bool = False) -> str | None:
    """Return the key as `g`, `G`, `<Esc>` or `<C-t>`; None for a modifier alone or a key without a name.

    The character is that of the keyboard layout: `/` is `/`, even if a modifier must be held for it. A letter or digit
    of another script counts as the key at its position in the US layout, unless it is typed `for_text`.
    """
    key = event.key()
    if key in _MODIFIER_KEYS or key in _DEAD_KEYS:
        return None
    held = event.modifiers()
    control = bool(held & Qt.KeyboardModifier.ControlModifier)
    alt = bool(held & Qt.KeyboardModifier.AltModifier)
    meta = bool(held & Qt.KeyboardModifier.MetaModifier)
    shift = bool(held & Qt.KeyboardModifier.ShiftModifier)
    prefix = ("C-" if control else "") + ("A-" if alt else "") + ("D-" if meta else "")

    if key in _NAMED:
        # Shift with the space bar also types a space.
        with_shift = shift and key != _SPACE
        return f"<{prefix}{'S-' if with_shift else ''}{_NAMED[key]}>"
    text = event.text()
    if text.isprintable() and not (for_text and not prefix):
        text = _latin(event, text, shift=shift)
    if text and text.isprintable() and not text.isspace():
        # AltGr arrives as Ctrl+Alt on some systems; then the typed character counts.
        if not prefix or (control and alt and not (text.isascii() and text.isalnum())):
            return "<lt>" if text == "<" else text
        character = text
    elif 0x21 <= key <= 0x10FFFF and chr(key).isprintable():
        character = _latin(event, chr(key).lower(), shift=False)
    else:
        return None
    letter = character.isalpha()
    if not prefix:
        return character.upper() if letter and shift else character
    character = "lt" if character == "<" else character.lower()
    return f"<{prefix}{'S-' if shift and letter else ''}{character}>"


def _latin(event: QKeyEvent, character: str, *, shift: bool) -> str:
    return latin(character, event.nativeScanCode(), QGuiApplication.platformName(), shift=shift)


def copy_of(event: QKeyEvent) -> QKeyEvent:
    """Return a copy to send later: Qt deletes its own event when the handler returns."""
    return QKeyEvent(
        QEvent.Type.KeyPress, event.key(), event.modifiers(), event.text(), event.isAutoRepeat(), event.count()
    )
