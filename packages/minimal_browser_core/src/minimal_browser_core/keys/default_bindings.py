"""The default bindings, and the labels of their groups."""

from collections.abc import Mapping
from types import MappingProxyType

from minimal_browser_core.keys.modes import Mode

_NORMAL = {
    # the command line and the modes
    ":": "command-line",
    "i": "insert",
    "<C-v>": "passthrough",
    "<Esc>": "clear",
    # pages
    "o": "command-line open",
    "O": "edit-url",
    "t": "command-line tabopen",
    "T": "edit-url tab",
    "s": "command-line search",
    "p": "paste",
    "P": "paste tab",
    "r": "reload",
    "R": "hard-reload",
    "<C-s>": "stop",
    "H": "back",
    "L": "forward",
    "<A-Left>": "back",
    "<A-Right>": "forward",
    "gu": "up",
    "gU": "root",
    "gh": "start",
    "gs": "source",
    "yy": "yank-url",
    "yt": "yank-title",
    "f": "hint",
    "F": "hint tab",
    # moving around
    "j": "scroll down",
    "k": "scroll up",
    "h": "scroll left",
    "l": "scroll right",
    "gg": "scroll-to 0",
    "G": "scroll-to 100",
    "<C-d>": "scroll-page 0.5",
    "<C-u>": "scroll-page -0.5",
    "<C-f>": "scroll-page 1",
    "<C-b>": "scroll-page -1",
    # find and zoom
    "/": "find",
    "g/": "find-back",
    "n": "find-next",
    "N": "find-previous",
    "zi": "zoom-in",
    "zo": "zoom-out",
    "zz": "zoom 100",
    # tabs
    "d": "tab-close",
    "x": "tab-close",
    "u": "undo",
    "J": "tab-next",
    "K": "tab-previous",
    "gt": "tab-goto",
    "gT": "tab-previous",
    "g0": "tab 1",
    "g$": "tab -1",
    "gJ": "tab-move 1",
    "gK": "tab-move -1",
    "gC": "tab-duplicate",
    # the copilot, bookmarks, history and conversations
    "<Space>": "ask",
    "a": "ask",
    "ga": "copilot",
    "gc": "conversations",
    "gH": "history",
    "b": "bookmark",
    "B": "bookmarks",
    # help and quitting
    "?": "help",
    "g?": "help",
    "q": "tab-close",
    "ZZ": "quit",
    "ZQ": "quit",
}

# Keys that every browser has, whatever has the focus. None of them types a character.
_EVERYWHERE = {
    "<F1>": "help",
    "<F5>": "reload",
    "<C-r>": "reload",
    "<F10>": "devtools",
    "<F12>": "devtools",
    "<F11>": "fullscreen",
    "<C-t>": "tab-new",
    "<C-w>": "tab-close",
    "<C-S-t>": "undo",
    "<C-Tab>": "tab-next",
    "<C-S-Tab>": "tab-previous",
    "<C-PageDown>": "tab-next",
    "<C-PageUp>": "tab-previous",
    "<C-l>": "edit-url",
    "<C-=>": "zoom-in",
    "<C-+>": "zoom-in",
    "<C-->": "zoom-out",
    "<C-0>": "zoom 100",
    "<A-a>": "copilot",
    "<A-y>": "accept",
    "<A-n>": "reject",
    "<A-c>": "cancel",
    "<A-t>": "thread-new",
}

DEFAULT_BINDINGS: Mapping[Mode, Mapping[str, str]] = MappingProxyType(
    {
        Mode.NORMAL: {**_NORMAL, **_EVERYWHERE},
        Mode.INSERT: {"<Esc>": "normal", **_EVERYWHERE},
        Mode.COPILOT: {"<Esc>": "normal", **_EVERYWHERE},
        Mode.COMMAND: {"<Esc>": "normal", "<F1>": "help"},
        Mode.HINT: {"<Esc>": "normal"},
        Mode.PASSTHROUGH: {"<S-Esc>": "normal"},
    }
)

GROUP_LABELS: Mapping[Mode, Mapping[str, str]] = MappingProxyType(
    {Mode.NORMAL: {"g": "go", "y": "copy", "z": "zoom", "Z": "quit"}}
)
"""What the bindings that start with a key have in common."""
