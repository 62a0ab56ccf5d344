"""Key events in the notation of core."""

import pytest
from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QKeyEvent

from minimal_browser.keys.key_names import key_name
from minimal_browser_core.keys.notation import normalise_key

NONE = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier
KEYPAD = Qt.KeyboardModifier.KeypadModifier


@pytest.mark.parametrize(
    ("key", "held", "text", "name"),
    [
        (Qt.Key.Key_G, NONE, "g", "g"),
        (Qt.Key.Key_G, SHIFT, "G", "G"),
        (Qt.Key.Key_Slash, SHIFT, "/", "/"),
        (Qt.Key.Key_Question, SHIFT, "?", "?"),
        (Qt.Key.Key_5, KEYPAD, "5", "5"),
        (Qt.Key.Key_Less, SHIFT, "<", "<lt>"),
        (Qt.Key.Key_Escape, NONE, "\x1b", "<Esc>"),
        (Qt.Key.Key_Escape, SHIFT, "\x1b", "<S-Esc>"),
        (Qt.Key.Key_Space, NONE, " ", "<Space>"),
        (Qt.Key.Key_Space, SHIFT, " ", "<Space>"),
        (Qt.Key.Key_Return, NONE, "\r", "<CR>"),
        (Qt.Key.Key_Enter, KEYPAD, "\r", "<CR>"),
        (Qt.Key.Key_Backtab, SHIFT, "", "<S-Tab>"),
        (Qt.Key.Key_T, CTRL, "\x14", "<C-t>"),
        (Qt.Key.Key_T, CTRL | SHIFT, "\x14", "<C-S-t>"),
        (Qt.Key.Key_Y, ALT, "y", "<A-y>"),
        (Qt.Key.Key_Left, ALT, "", "<A-Left>"),
        (Qt.Key.Key_F1, NONE, "", "<F1>"),
        (Qt.Key.Key_Plus, CTRL | SHIFT, "+", "<C-+>"),
        (Qt.Key.Key_At, CTRL | ALT, "@", "@"),
        (Qt.Key.Key_Eacute, NONE, "é", "é"),
    ],
)
def test_an_event_has_the_name_that_bindings_use(key: Qt.Key, held: Qt.KeyboardModifier, text: str, name: str) -> None:
    found = key_name(QKeyEvent(QEvent.Type.KeyPress, key, held, text))
    assert found == name
    assert normalise_key(found) == name


@pytest.mark.parametrize("key", [Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_AltGr, Qt.Key.Key_Dead_Acute])
def test_a_modifier_alone_or_a_dead_key_has_no_name(key: Qt.Key) -> None:
    assert key_name(QKeyEvent(QEvent.Type.KeyPress, key, NONE)) is None
