from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimal_browser_core.chat.python.protocol.sse import EventStreamParser, EventTooLongError, ServerSentEvent
from minimal_browser_core.testing.chat_conformance import ServerSentEventConformance, sse_vectors

WELL_FORMED = [
    b"data",
    b"event",
    b"id",
    b"retry",
    b":",
    b" ",
    b"\n",
    b"\r",
    b"\r\n",
    b"a",
    b"7",
    "é東👩\u2028".encode(),
]
ILL_FORMED = [b"\0", b"\xef\xbb\xbf", b"\xff", b"\xe6\x9d", b"\xf0\x9f", b"\xed\xa0\x80"]
FRAGMENTS = st.sampled_from(WELL_FORMED + ILL_FORMED)


@st.composite
def split_streams(draw: st.DrawFn) -> tuple[bytes, list[bytes]]:
    """Draw a stream, and the same stream in pieces, which may be empty."""
    stream = b"".join(draw(st.lists(FRAGMENTS | st.binary(max_size=3), max_size=60)))
    cuts = sorted(draw(st.lists(st.integers(0, len(stream)), max_size=20)))
    return stream, [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]


def parse(pieces: Iterable[bytes]) -> tuple[list[ServerSentEvent], ServerSentEvent | None, int | None]:
    parser = EventStreamParser()
    events = [event for piece in pieces for event in parser.feed(piece)]
    return events, parser.finish(), parser.retry


class TestEventStreamParser(ServerSentEventConformance):
    @pytest.fixture
    def parse_event_stream(self):
        return lambda pieces: [(event.event, event.data, event.id) for event in parse(pieces)[0]]


@pytest.mark.parametrize("vector", sse_vectors(), ids=lambda vector: vector.name)
def test_retry_and_unterminated_events_are_those_of_the_vectors(vector) -> None:
    _, finish, retry = parse([vector.stream])
    assert retry == vector.retry
    assert (finish.data if finish else None) == vector.unterminated


@given(split_streams())
def test_any_split_of_any_stream_gives_the_same_events(case: tuple[bytes, list[bytes]]) -> None:
    stream, pieces = case
    assert parse(pieces) == parse([stream])


@given(split_streams())
def test_any_stream_gives_the_events_of_the_naive_algorithm(case: tuple[bytes, list[bytes]]) -> None:
    """Compare with a naive implementation of the standard over the whole text."""
    stream, pieces = case
    text = stream.decode("utf-8", "replace").removeprefix("\ufeff")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[:-1]
    expected, data, event, last_id = [], "", "", ""
    for line in lines:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if line == "":
            if data:
                expected.append((event or "message", data[:-1], last_id))
            data = event = ""
        elif name == "data":
            data += value + "\n"
        elif name == "event":
            event = value
        elif name == "id" and "\0" not in value:
            last_id = value
    assert [(e.event, e.data, e.id) for e in parse(pieces)[0]] == expected


def test_a_line_of_megabytes_in_small_pieces_is_joined() -> None:
    line = b"data: " + b"0123456789" * 500_000 + b"\n\n"
    events, _, _ = parse(line[at : at + 4096] for at in range(0, len(line), 4096))
    assert [len(event.data) for event in events] == [5_000_000]


def test_an_endless_event_is_refused() -> None:
    parser = EventStreamParser(max_length=1000)
    for _ in range(10):
        assert len(parser.feed(b"data: " + b"x" * 900 + b"\n\n")) == 1
    with pytest.raises(EventTooLongError):
        parser.feed(b"data: more\n" * 100)


def test_a_reconnection_time_of_thousands_of_digits_is_ignored() -> None:
    assert parse([b"retry: 5\nretry: " + b"9" * 10_000 + b"\n"]) == ([], None, 5)
