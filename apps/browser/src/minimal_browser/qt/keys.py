"""Key events in vim's notation."""

from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QKeyEvent

_NAMED: dict[int, str] = {
    Qt.Key.Key_Escape.value: "Esc",
    Qt.Key.Key_Return.value: "CR",
    Qt.Key.Key_Enter.value: "CR",
    Qt.Key.Key_Tab.value: "Tab",
    Qt.Key.Key_Backtab.value: "Tab",
    Qt.Key.Key_Space.value: "Space",
    Qt.Key.Key_Backspace.value: "BS",
    Qt.Key.Key_Delete.value: "Del",
    Qt.Key.Key_Insert.value: "Insert",
    Qt.Key.Key_Up.value: "Up",
    Qt.Key.Key_Down.value: "Down",
    Qt.Key.Key_Left.value: "Left",
    Qt.Key.Key_Right.value: "Right",
    Qt.Key.Key_Home.value: "Home",
    Qt.Key.Key_End.value: "End",
    Qt.Key.Key_PageUp.value: "PageUp",
    Qt.Key.Key_PageDown.value: "PageDown",
    Qt.Key.Key_Menu.value: "Menu",
    **{Qt.Key.Key_F1.value + number: f"F{number + 1}" for number in range(24)},
}
_MODIFIER_KEYS: set[int] = {
    Qt.Key.Key_Shift.value,
    Qt.Key.Key_Control.value,
    Qt.Key.Key_Alt.value,
    Qt.Key.Key_Meta.value,
    Qt.Key.Key_AltGr.value,
    Qt.Key.Key_Super_L.value,
    Qt.Key.Key_Super_R.value,
    Qt.Key.Key_Hyper_L.value,
    Qt.Key.Key_Hyper_R.value,
    Qt.Key.Key_CapsLock.value,
    Qt.Key.Key_NumLock.value,
    Qt.Key.Key_ScrollLock.value,
    Qt.Key.Key_Mode_switch.value,
    Qt.Key.Key_Multi_key.value,
}
_DEAD_KEYS = range(Qt.Key.Key_Dead_Grave.value, Qt.Key.Key_Dead_Longsolidusoverlay.value + 1)


def key_name(event: QKeyEvent) -> str | None:
    """The key of `event` as `g`, `G`, `<Esc>`, `<C-t>`; None for a modifier alone or a key without a name.

    The character is the layout's: `/` is `/` whatever has to be held down for it.
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
        # Shift with the space bar still types a blank.
        with_shift = shift and key != Qt.Key.Key_Space.value
        return f"<{prefix}{'S-' if with_shift else ''}{_NAMED[key]}>"
    text = event.text()
    if text and text.isprintable() and not text.isspace():
        # AltGr arrives as Ctrl+Alt on some systems; what it typed is what counts.
        if not prefix or (control and alt and key <= 0x10FFFF and text != chr(key).lower()):
            return "<lt>" if text == "<" else text
        character = text
    elif 0x21 <= key <= 0x10FFFF and chr(key).isprintable():
        character = chr(key).lower()
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
