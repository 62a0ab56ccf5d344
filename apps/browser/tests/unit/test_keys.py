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


@pytest.mark.parametrize(
    ("code", "key", "held", "text", "name"),
    [
        (44, 0x41E, NONE, "о", "j"),  # Russian
        (44, 0x41E, SHIFT, "О", "J"),
        (28, 0x415, CTRL, "\x14", "<C-t>"),
        (28, 0x415, CTRL | SHIFT, "", "<C-S-t>"),
        (52, 0x42F, ALT, "я", "<A-z>"),
        (61, 0x2E, NONE, ".", "."),  # a sign of the Russian layout
        (47, 0x416, NONE, "ж", ";"),
        (47, 0x416, SHIFT, "Ж", ":"),
        (44, 0x39E, NONE, "ξ", "j"),  # Greek
        (44, 0x62A, NONE, "ت", "j"),  # Arabic
        (56, 0x644, NONE, "لا", "b"),  # two letters on one key
        (10, 0x6F1, NONE, "۱", "1"),
        (44, 0xE9, NONE, "é", "é"),  # Latin
        (47, 0xF6, NONE, "ö", "ö"),
        (0, 0x41E, NONE, "о", "о"),  # of a program, which has no position
    ],
)
def test_a_letter_of_another_script_is_the_key_at_its_position(
    qapp: object, code: int, key: int, held: Qt.KeyboardModifier, text: str, name: str
) -> None:
    event = QKeyEvent(QEvent.Type.KeyPress, key, held, code, 0, 0, text)
    assert key_name(event) == name


def test_text_is_typed_in_its_own_script(qapp: object) -> None:
    typed = QKeyEvent(QEvent.Type.KeyPress, 0x41E, NONE, 44, 0, 0, "о")
    assert key_name(typed, for_text=True) == "о"
    shortcut = QKeyEvent(QEvent.Type.KeyPress, 0x415, CTRL, 28, 0, 0, "")
    assert key_name(shortcut, for_text=True) == "<C-t>"
