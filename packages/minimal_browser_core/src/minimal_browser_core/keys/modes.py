"""The modes of the window, as in vim: what a key does depends on the mode.

A mode carries everything that the dispatcher and the window need to know of it, so that neither names one.
"""

from enum import Enum


class UnboundKeys(Enum):
    """Where keys go that the mode has no binding for."""

    FOCUS = "focus"
    """To the widget with the focus, such as the page."""
    DROP = "drop"
    """Nowhere, except for a single key that types no character (Tab, Enter, Ctrl-C): that one goes to the focus."""
    HANDLER = "handler"
    """To the mode's own handler."""


class Mode(Enum):
    """The value is the mode's word in the settings (`[keys.normal]`)."""

    NORMAL = ("normal", "Keys are commands.", UnboundKeys.DROP)
    INSERT = ("insert", "Keys go to the page. Clicking into a text field starts it too.", UnboundKeys.FOCUS)
    COMMAND = ("command", "You type a command, or text to find. Tab completes, Enter runs it.", UnboundKeys.FOCUS)
    COPILOT = ("copilot", "You type a question. Enter sends it.", UnboundKeys.FOCUS)
    HINT = ("hint", "You type the label of a link.", UnboundKeys.HANDLER)
    PASSTHROUGH = ("passthrough", "The page gets every key, for pages with their own keys.", UnboundKeys.FOCUS)

    _value_: str
    summary: str
    """One sentence for the help."""
    unbound_keys: UnboundKeys

    def __new__(cls, word: str, summary: str, unbound_keys: UnboundKeys) -> "Mode":
        mode = object.__new__(cls)
        mode._value_ = word
        mode.summary = summary
        mode.unbound_keys = unbound_keys
        return mode

    @property
    def label(self) -> str:
        """The word in the status bar."""
        return self._value_.upper()

    @property
    def takes_counts(self) -> bool:
        """Whether digits before a key are a count."""
        return self.unbound_keys is UnboundKeys.DROP

    @property
    def withholds_characters(self) -> bool:
        """Whether the widget with the focus never sees keys that type a character."""
        return self.unbound_keys is not UnboundKeys.FOCUS
