"""Turns keys, one at a time, into command lines: counts, sequences, and keys that go elsewhere.

Pure: no clock and no window. The caller owns the timer that calls `flush`.
"""

from dataclasses import dataclass

from minimal_browser_core.keys.keymap import Keymap, KeyNode
from minimal_browser_core.keys.modes import Mode, UnboundKeys
from minimal_browser_core.keys.notation import KeyNotationError, is_plain, normalise_key

MAX_COUNT = 9999


@dataclass(frozen=True, slots=True)
class Run:
    """Run this command line; `count` is None if none was typed."""

    command: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """More keys may follow. `text` is what was typed so far, or "" if nothing is pending any more.

    `is_command`: the keys are already bound, and start a longer binding too. Start the short timer, then `flush`.
    """

    text: str
    is_command: bool = False


@dataclass(frozen=True, slots=True)
class PassToPage:
    """Give these keys to the widget with the focus.

    The last key of the last outcome of `feed` is the key just fed, whose event can go on. Every other key was held back
    while a sequence was possible, and has to be sent again.
    """

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PassToHandler:
    """Give these keys to the handler of the mode."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unbound:
    """Drop these keys: they mean nothing in this mode, and the page must not get them either."""

    text: str


Outcome = Run | Pending | PassToPage | PassToHandler | Unbound


class KeyDispatcher:
    """Not thread-safe: feed it on the GUI thread.

    A count may come before a sequence in a mode that takes counts. A sequence that leads nowhere runs the longest part
    of it that is bound, and the other keys start again. If no part is bound, the mode says where the keys go.
    """

    def __init__(self, keymap: Keymap, mode: Mode = Mode.NORMAL) -> None:
        self._keymap = keymap
        self.mode = mode
        self._count = ""
        self._keys: list[str] = []

    @property
    def pending(self) -> str:
        """The count and keys of an unfinished command, as the status bar shows them."""
        return self._count + "".join(self._keys)

    def set_mode(self, mode: Mode) -> None:
        """Enter a mode; pending keys are dropped."""
        self.mode = mode
        self.clear()

    def clear(self) -> None:
        self._count = ""
        self._keys.clear()

    def feed(self, key: str) -> list[Outcome]:
        """What to do now, in this order, for one key in any spelling of the notation. Never raises."""
        try:
            key = normalise_key(key)
        except KeyNotationError:
            # A key without a name in the notation, such as a media key, cannot be part of a binding.
            passed = PassToHandler if self.mode.unbound_keys is UnboundKeys.HANDLER else PassToPage
            return [*self.flush(), passed((key,))]
        is_cancelled = not self._keys or self._node([*self._keys, key]) is None
        if key == "<Esc>" and self.pending and self.mode.takes_counts and is_cancelled:
            self.clear()
            return [Pending("")]
        if self._is_digit_of_count(key):
            self._count = str(min(int(self._count + key), MAX_COUNT))
            return [Pending(self.pending)]
        self._keys.append(key)
        return self._settle(timed_out=False)

    def flush(self) -> list[Outcome]:
        """Settle the pending keys, because no more are coming."""
        if not self._keys:
            had_count = bool(self._count)
            self.clear()
            return [Pending("")] if had_count else []
        return self._settle(timed_out=True)

    def _is_digit_of_count(self, key: str) -> bool:
        digits = "0123456789" if self._count else "123456789"
        return self.mode.takes_counts and not self._keys and key in digits and len(key) == 1

    def _node(self, keys: list[str]) -> KeyNode | None:
        return self._keymap.root(self.mode).descendant(keys)

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
        """The outcome of the longest bound part of the pending keys; the others stay pending."""
        for length in range(len(self._keys), 0, -1):
            node = self._node(self._keys[:length])
            if node is not None and node.command is not None:
                del self._keys[:length]
                count, self._count = self._count, ""
                return Run(node.command, int(count) if count else None)
        return self._take_unbound()

    def _take_unbound(self) -> Outcome:
        match self.mode.unbound_keys:
            case UnboundKeys.FOCUS:
                return PassToPage((self._keys.pop(0),))
            case UnboundKeys.HANDLER:
                return PassToHandler((self._keys.pop(0),))
            case UnboundKeys.DROP:
                text, keys = self.pending, tuple(self._keys)
                self.clear()
                # A page may use Tab, Enter or Ctrl-C, as long as it types nothing.
                return PassToPage(keys) if len(keys) == 1 and not is_plain(keys[0]) else Unbound(text)
