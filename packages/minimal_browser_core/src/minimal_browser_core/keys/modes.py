"""The modes of the browser, as vim's: the same key means another thing in each."""

from enum import Enum


class Mode(Enum):
    """`value` is the word used in the config file (`[keys.normal]`), `label` the one for the status bar."""

    NORMAL = "normal"
    """Keys are commands."""
    INSERT = "insert"
    """Keys go to the page; a few are still ours."""
    COMMAND = "command"
    """Typing on the command line, after `:`, `/` or `?`."""
    COPILOT = "copilot"
    """Typing a question in the copilot panel."""
    HINT = "hint"
    """Typing the letters of a link's label."""
    PASSTHROUGH = "passthrough"
    """Every key goes to the page, but for the one that leaves this mode."""

    @property
    def label(self) -> str:
        return self.value.upper()

    @property
    def takes_counts(self) -> bool:
        """Whether digits before a key say how often."""
        return self is Mode.NORMAL
