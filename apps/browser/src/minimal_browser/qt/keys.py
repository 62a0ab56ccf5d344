"""Key events in vim's notation."""

from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QKeyEvent

_NAMED = {
    Qt.Key.Key_Escape: "Esc",
    Qt.Key.Key_Return: "CR",
    Qt.Key.Key_Enter: "CR",
    Qt.Key.Key_Tab: "Tab",
    Qt.Key.Key_Backtab: "Tab",
    Qt.Key.Key_Space: "Space",
    Qt.Key.Key_Backspace: "BS",
    Qt.Key.Key_Delete: "Del",
    Qt.Key.Key_Insert: "Insert",
    Qt.Key.Key_Up: "Up",
    Qt.Key.Key_Down: "Down",
    Qt.Key.Key_Left: "Left",
    Qt.Key.Key_Right: "Right",
    Qt.Key.Key_Home: "Home",
    Qt.Key.Key_End: "End",
    Qt.Key.Key_PageUp: "PageUp",
    Qt.Key.Key_PageDown: "PageDown",
    Qt.Key.Key_Menu: "Menu",
    **{Qt.Key(Qt.Key.Key_F1.value + number): f"F{number + 1}" for number in range(24)},
}
_MODIFIER_KEYS = {
    Qt.Key.Key_Shift,
    Qt.Key.Key_Control,
    Qt.Key.Key_Alt,
    Qt.Key.Key_Meta,
    Qt.Key.Key_AltGr,
    Qt.Key.Key_Super_L,
    Qt.Key.Key_Super_R,
    Qt.Key.Key_Hyper_L,
    Qt.Key.Key_Hyper_R,
    Qt.Key.Key_CapsLock,
    Qt.Key.Key_NumLock,
    Qt.Key.Key_ScrollLock,
    Qt.Key.Key_Mode_switch,
    Qt.Key.Key_Multi_key,
}


def key_name(event: QKeyEvent) -> str | None:
    """The key of `event` as `g`, `G`, `<Esc>`, `<C-t>`; None for a modifier alone or a key without a name.

    The character is the layout's: `/` is `/` whatever has to be held down for it.
    """
    key = Qt.Key(event.key()) if event.key() in Qt.Key else Qt.Key.Key_unknown
    if key in _MODIFIER_KEYS or Qt.Key.Key_Dead_Grave.value <= event.key() <= Qt.Key.Key_Dead_Longsolidusoverlay.value:
        return None
    held = event.modifiers()
    control = bool(held & Qt.KeyboardModifier.ControlModifier)
    alt = bool(held & Qt.KeyboardModifier.AltModifier)
    meta = bool(held & Qt.KeyboardModifier.MetaModifier)
    shift = bool(held & Qt.KeyboardModifier.ShiftModifier)
    prefix = ("C-" if control else "") + ("A-" if alt else "") + ("D-" if meta else "")

    if key in _NAMED:
        # Shift with the space bar still types a blank.
        with_shift = shift and key is not Qt.Key.Key_Space
        return f"<{prefix}{'S-' if with_shift else ''}{_NAMED[key]}>"
    text = event.text()
    if text and text.isprintable() and not text.isspace():
        # AltGr arrives as Ctrl+Alt on some systems; what it typed is what counts.
        if not prefix or (control and alt and text != chr(event.key()).lower()):
            return "<lt>" if text == "<" else text
        character = text
    elif 0x21 <= event.key() <= 0x10FFFF and chr(event.key()).isprintable():
        character = chr(event.key()).lower()
    else:
        return None
    letter = character.isalpha()
    if not prefix:
        return character.upper() if letter and shift else character
    character = "lt" if character == "<" else character.lower()
    return f"<{prefix}{'S-' if shift and letter else ''}{character}>"


def copy_of(event: QKeyEvent) -> QKeyEvent:
    """An event to send later: Qt's own is gone when its handler returns."""
    return QKeyEvent(
        QEvent.Type.KeyPress, event.key(), event.modifiers(), event.text(), event.isAutoRepeat(), event.count()
    )


def spoken(keys: str) -> str:
    """`<A-y>` as a button shows it: `Alt+Y`."""
    if not (keys.startswith("<") and keys.endswith(">")):
        return keys
    *modifiers, name = keys[1:-1].split("-") if not keys.endswith("-->") else [*keys[1:-3].split("-"), "-"]
    words = {"C": "Ctrl", "A": "Alt", "D": "Meta", "S": "Shift"}
    return "+".join([*(words.get(modifier, modifier) for modifier in modifiers), name.upper() if len(name) == 1 else name])
