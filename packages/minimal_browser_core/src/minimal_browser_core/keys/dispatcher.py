"""From keys, one at a time, to command lines: counts, sequences, and what the page gets.

Pure: no clock and no window. The caller keeps the timer that calls `flush`.
"""

from dataclasses import dataclass

from minimal_browser_core.keys.keymap import Keymap, KeyNode
from minimal_browser_core.keys.modes import Mode
from minimal_browser_core.keys.notation import KeyNotationError, is_plain, normalise_key

MAX_COUNT = 9999


@dataclass(frozen=True, slots=True)
class Run:
    """Run this command line, so often; `count` is None where none was typed."""

    command: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """More keys are awaited. `text` is what was typed so far; "" says that nothing is pending any more.

    `is_command`: what was typed is a command already and begins a longer one too. Start the short timer, then `flush`.
    """

    text: str
    is_command: bool = False


@dataclass(frozen=True, slots=True)
class PassToPage:
    """These keys are not ours: they belong to whatever has the focus.

    At the end of the last outcome of `feed` stands the key just fed, whose event can go on its way. Any other was held
    back while a sequence was possible, and has to be sent again.
    """

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unbound:
    """Keys that mean nothing in this mode, and that the page must not get either."""

    text: str


Outcome = Run | Pending | PassToPage | Unbound


class KeyDispatcher:
    """Not thread-safe: feed it on the GUI thread.

    A count may stand before a sequence in a mode that takes counts. A sequence that turns out to lead nowhere runs the
    longest part of it that is bound, and what is left is taken anew; where no part is bound, NORMAL mode drops it all
    and the typing modes hand it on.
    """

    def __init__(self, keymap: Keymap, mode: Mode = Mode.NORMAL) -> None:
        self._keymap = keymap
        self._mode = mode
        self._count = ""
        self._keys: list[str] = []

    @property
    def mode(self) -> Mode:
        return self._mode

    @property
    def pending(self) -> str:
        """What was typed of a command that is not whole yet: what the status bar shows after each key."""
        return self._count + "".join(self._keys)

    def set_mode(self, mode: Mode) -> None:
        """Enter a mode; what was pending is dropped."""
        self._mode = mode
        self.clear()

    def clear(self) -> None:
        """Drop what is pending."""
        self._count = ""
        self._keys.clear()

    def feed(self, key: str) -> list[Outcome]:
        """What to do now, in this order, for one key in any spelling of the notation. Never raises."""
        try:
            key = normalise_key(key)
        except KeyNotationError:
            # A key that the notation has no name for, such as a media key: it can be part of no binding.
            return [*self.flush(), PassToPage((key,))]
        if key == "<Esc>" and self.pending and self._mode.takes_counts and not self._follows(key):
            self.clear()
            return [Pending("")]
        if self._is_digit_of_count(key):
            self._count = str(min(int(self._count + key), MAX_COUNT))
            return [Pending(self.pending)]
        self._keys.append(key)
        return self._settle(timed_out=False)

    def flush(self) -> list[Outcome]:
        """Settle what is pending as it stands: nothing more is coming."""
        if not self._keys:
            had_count = bool(self._count)
            self.clear()
            return [Pending("")] if had_count else []
        return self._settle(timed_out=True)

    def _is_digit_of_count(self, key: str) -> bool:
        digits = "0123456789" if self._count else "123456789"
        return self._mode.takes_counts and not self._keys and key in digits and len(key) == 1

    def _node(self, keys: list[str]) -> KeyNode | None:
        node: KeyNode | None = self._keymap.root(self._mode)
        for key in keys:
            node = node.children.get(key) if node else None
        return node

    def _follows(self, key: str) -> bool:
        return self._node([*self._keys, key]) is not None

    def _settle(self, *, timed_out: bool) -> list[Outcome]:
        outcomes: list[Outcome] = []
        while self._keys:
            node = self._node(self._keys)
            if node is not None and node.children and not timed_out:
                outcomes.append(Pending(self.pending, is_command=node.command is not None))
                return outcomes
            outcomes.append(self._take())
        if timed_out and not any(isinstance(outcome, Run) for outcome in outcomes):
            outcomes.append(Pending(""))
        return outcomes

    def _take(self) -> Outcome:
        """The outcome of the longest part of the pending keys that has one; the rest stays pending."""
        for length in range(len(self._keys), 0, -1):
            node = self._node(self._keys[:length])
            if node is not None and node.command is not None:
                del self._keys[:length]
                count, self._count = self._count, ""
                return Run(node.command, int(count) if count else None)
        if not self._mode.takes_counts:
            return PassToPage((self._keys.pop(0),))
        text, keys = self.pending, tuple(self._keys)
        self.clear()
        # Tab, Enter, Ctrl-C: a page may use what NORMAL mode has no command for, as long as it types nothing.
        if len(keys) == 1 and not is_plain(keys[0]):
            return PassToPage(keys)
        return Unbound(text)
