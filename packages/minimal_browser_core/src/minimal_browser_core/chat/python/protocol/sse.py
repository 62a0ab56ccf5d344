"""An incremental parser of Server-Sent Events (WHATWG HTML standard, sections 9.2.5 and 9.2.6).

https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
"""

import codecs
from dataclasses import dataclass

_MAX_DIGITS = 18  # a 64-bit number; int() refuses thousands of digits


@dataclass(frozen=True, slots=True)
class ServerSentEvent:
    """One dispatched event. `event` defaults to "message"; `id` is the last id that the stream has set."""

    event: str
    data: str
    id: str


class EventTooLongError(Exception):
    """An event is longer than the parser's limit."""


class EventStreamParser:
    """Parses bytes into events, however the bytes are split. `retry` is the stream's reconnection time in ms."""

    def __init__(self, max_length: int = 64 << 20) -> None:
        """Set the longest event that `feed` accepts, in characters."""
        self._max_length = max_length
        self._unfinished = 0
        self.retry: int | None = None
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._at_start = True
        self._skip_line_feed = False
        self._line: list[str] = []
        self._event = ""
        self._data: list[str] = []
        self._id = ""

    def feed(self, data: bytes) -> list[ServerSentEvent]:
        """Return the events that `data` completes. Raises `EventTooLongError`."""
        return self._parse(self._decoder.decode(data))

    def finish(self) -> ServerSentEvent | None:
        """End the stream and return its incomplete last event, which the standard drops but some providers complete."""
        events = self._parse(self._decoder.decode(b"", final=True))
        if self._line:
            events += self._parse("\n")
        return events[0] if events else self._dispatch()

    def _parse(self, text: str) -> list[ServerSentEvent]:
        self._unfinished += len(text)
        text = self._normalize_line_ends(text)
        *lines, rest = text.split("\n")
        events = []
        for line in lines:
            if self._line:
                line = "".join((*self._line, line))
                self._line.clear()
            if line:
                self._field(line)
            else:
                self._unfinished = 0
                if event := self._dispatch():
                    events.append(event)
        if rest:
            self._line.append(rest)
        if self._unfinished > self._max_length:
            raise EventTooLongError(f"{self._unfinished} characters without the end of an event")
        return events

    def _normalize_line_ends(self, text: str) -> str:
        if self._at_start and text:
            self._at_start = False
            text = text.removeprefix("\ufeff")
        if self._skip_line_feed and text:
            self._skip_line_feed = False
            text = text.removeprefix("\n")
        if "\r" in text:
            # A CR ends its line at once; an LF at the start of the next bytes then belongs to it.
            self._skip_line_feed = text.endswith("\r")
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        return text

    def _field(self, line: str) -> None:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._event = value
        elif name == "id":
            if "\0" not in value:
                self._id = value
        elif name == "retry" and value.isascii() and value.isdigit() and len(value) <= _MAX_DIGITS:
            self.retry = int(value)

    def _dispatch(self) -> ServerSentEvent | None:
        event, data = self._event, self._data
        self._event, self._data = "", []
        # As in the standard: an event with one empty data line is dispatched, because its buffer has a line feed.
        return ServerSentEvent(event or "message", "\n".join(data), self._id) if data else None
