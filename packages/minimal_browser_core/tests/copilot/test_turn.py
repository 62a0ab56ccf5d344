import pytest

from minimal_browser_core.copilot.branch import Branch
from minimal_browser_core.copilot.events import TurnFinished
from minimal_browser_core.copilot.exchange import Exchange
from minimal_browser_core.copilot.turn import Turn


def test_a_reader_woken_by_the_last_event_sees_the_turn_complete(monkeypatch: pytest.MonkeyPatch) -> None:
    turn = Turn(Exchange("Why?"), Branch())
    seen: list[bool] = []
    wake = turn._wakeup.set

    def wake_and_read() -> None:
        """As if the reader ran at that very moment."""
        wake()
        seen.extend([turn.drain() != [], turn.wait(0)])

    monkeypatch.setattr(turn._wakeup, "set", wake_and_read)
    turn.emit(TurnFinished("m", None, "offline"))
    assert seen == [True, True]
    turn.close()
