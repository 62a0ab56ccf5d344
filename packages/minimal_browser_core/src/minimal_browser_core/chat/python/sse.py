"""Server-Sent Events by the WHATWG HTML standard, sections 9.2.5 and 9.2.6, incrementally.

https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
"""

import codecs
from dataclasses import dataclass

_MOST_DIGITS = 18  # what fits into 64 bits; int() refuses thousands of them


@dataclass(frozen=True, slots=True)
class ServerSentEvent:
    """One dispatched event; `event` is "message" where the stream names none, `id` the last one that it set."""

    event: str
    data: str
    id: str


class EventTooLongError(Exception):
    """An event that grows beyond what the parser takes."""


class EventStreamParser:
    """Bytes in, events out, however the bytes are split. `retry` is the stream's reconnection time in ms."""

    def __init__(self, longest: int = 64 << 20) -> None:
        """`longest` is in characters; `feed` raises `EventTooLongError` beyond it."""
        self._longest = longest
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
        return self._take(self._decoder.decode(data))

    def unterminated(self) -> ServerSentEvent | None:
        """End the stream; give what it cut off: the standard drops that, a caller may know it to be whole."""
        events = self._take(self._decoder.decode(b"", final=True))
        if self._line:
            events += self._take("\n")
        return events[0] if events else self._dispatch()

    def _take(self, text: str) -> list[ServerSentEvent]:
        if not text:
            return []
        self._unfinished += len(text)
        if self._at_start:
            self._at_start = False
            text = text.removeprefix("\ufeff")
        if self._skip_line_feed and text:
            self._skip_line_feed = False
            text = text.removeprefix("\n")
        if "\r" in text:
            # A CR ends its line at once; should an LF follow in the next bytes, it belongs to it.
            self._skip_line_feed = text.endswith("\r")
            text = text.replace("\r\n", "\n").replace("\r", "\n")
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
        if self._unfinished > self._longest:
            raise EventTooLongError(f"{self._unfinished} characters without the end of an event")
        return events

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
        elif name == "retry" and value.isascii() and value.isdigit() and len(value) <= _MOST_DIGITS:
            self.retry = int(value)

    def _dispatch(self) -> ServerSentEvent | None:
        event, data = self._event, self._data
        self._event, self._data = "", []
        # The standard asks whether the data buffer is empty: one empty data line leaves a line feed in it.
        return ServerSentEvent(event or "message", "\n".join(data), self._id) if data else None
