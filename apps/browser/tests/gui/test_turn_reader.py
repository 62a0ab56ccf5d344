"""From a turn to the panel, in batches that one frame can show."""

import os
from collections.abc import Sequence
from typing import Any

import pytest
from PyQt6.QtCore import QObject

from minimal_browser.copilot.turn_reader import MAX_TEXT, TurnReader
from minimal_browser_core.copilot.events import TextDelta, TurnEvent, TurnFinished, TurnNotice
from minimal_browser_core.wakeup import Wakeup


class Source:
    """What a turn is to its reader: a descriptor and what waits behind it."""

    def __init__(self) -> None:
        self.wakeup = Wakeup()
        self.events: list[TurnEvent] = []

    def put(self, *events: TurnEvent) -> None:
        self.events.extend(events)
        self.wakeup.set()

    def fileno(self) -> int:
        return self.wakeup.fileno()

    def drain(self) -> list[TurnEvent]:
        self.wakeup.clear()
        events, self.events = self.events, []
        return events


@pytest.fixture
def read(qapp: Any, qtbot: Any) -> Any:
    source, owner = Source(), QObject()
    batches: list[Sequence[TurnEvent]] = []
    reader = TurnReader(source, batches.append, owner)
    yield source, batches, qtbot
    reader.stop()
    source.wakeup.close()


def flat(batches: list[Sequence[TurnEvent]]) -> list[TurnEvent]:
    return [event for batch in batches for event in batch]


def test_a_large_delta_is_split_without_loss(read: Any) -> None:
    source, batches, qtbot = read
    text = "".join(f"word{number} " for number in range(10_000))
    source.put(TextDelta(text), TurnNotice("cut"), TurnFinished("m", None, "m"))
    qtbot.waitUntil(lambda: any(isinstance(event, TurnFinished) for event in flat(batches)), timeout=20_000)
    assert "".join(event.text for event in flat(batches) if isinstance(event, TextDelta)) == text
    assert [type(event) for event in flat(batches)][-2:] == [TurnNotice, TurnFinished]
    for batch in batches:
        assert sum(len(event.text) for event in batch if isinstance(event, TextDelta)) <= MAX_TEXT


def test_events_between_two_frames_form_one_batch(read: Any) -> None:
    source, batches, qtbot = read
    source.put(TextDelta("a"))
    source.put(TextDelta("b"))
    qtbot.waitUntil(lambda: bool(batches), timeout=20_000)
    assert len(batches) == 1
    assert flat(batches) == [TextDelta("a"), TextDelta("b")]


def test_after_the_last_event_the_descriptor_is_not_read(read: Any) -> None:
    source, batches, qtbot = read
    source.put(TurnFinished("m", None, "m"))
    qtbot.waitUntil(lambda: bool(batches), timeout=20_000)
    source.put(TextDelta("late"))
    qtbot.wait(100)
    assert len(batches) == 1
    assert os.fstat(source.fileno())
