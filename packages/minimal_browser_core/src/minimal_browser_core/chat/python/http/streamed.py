"""Answers that come as Server-Sent Events: from the wire to the channel, verified to their end.

A stream ends with `[DONE]`, with its body, or with silence after every choice has its `finish_reason`. A body that ends
with neither is an error that keeps what had arrived.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain

import httpx2

from minimal_browser_core.chat.python.answer import ReportedError, StreamedAnswer
from minimal_browser_core.chat.python.decode import MalformedError, parse_object, reported_error
from minimal_browser_core.chat.python.encode import with_model
from minimal_browser_core.chat.python.sse import EventStreamParser, EventTooLongError, ServerSentEvent
from minimal_browser_core.chat.python.stream import Channel
from minimal_browser_core.chat.python.timing import Transfer
from minimal_browser_core.chat.python.values import StreamEvent
from minimal_browser_core.errors import AIClientError, StreamInterruptedError

from .call import Call, CancelledError, ExpiredError, GraceOverError
from .exchange import BrokenBodyError, Exchange, body_of, join_body, request_id
from .failures import is_error_body, protocol_error, reported_in_body, shown, timeout_error
from .retry import PASSING, FailedTryError, Failure

_PATH = "chat/completions"
_REUSE_GRACE = 0.2  # seconds for the end of the body after [DONE]; without it the connection cannot be used again


def stream(exchange: Exchange, call: Call, channel: Channel, models: Sequence[str], rest: bytes) -> None:
    """Push all events of an answer and end the channel; raises what keeps it from ending well."""

    def once(model: str) -> None:
        call.begin_stream()
        sent = time.monotonic()
        with exchange.answer("POST", _PATH, "text/event-stream", with_model(model, rest)) as response:
            _Receiver(exchange, call, channel, response, sent).receive()

    exchange.run(call, models, once)


class _Receiver:
    """One try: one response, read to its end."""

    def __init__(
        self, exchange: Exchange, call: Call, channel: Channel, response: httpx2.Response, sent: float
    ) -> None:
        self._config = exchange.config
        self._url = exchange.config.endpoint(_PATH)
        self._call = call
        self._channel = channel
        self._response = response
        self._answer = StreamedAnswer(request_id=request_id(response), transfer=Transfer.begin(sent, response.headers))
        self._parser = EventStreamParser()
        self._delivered = False
        self._done = False

    def receive(self) -> None:
        self._channel.begin(self._answer)
        error: AIClientError
        try:
            self._read()
            return
        except ExpiredError as expired:
            error = timeout_error(self._config, self._url, expired.phase, self._answer.request_id)
        except BrokenBodyError as broken:
            error = self._interrupted(f"broke off: {self._config.scrub(str(broken))}")
        except (MalformedError, EventTooLongError) as malformed:
            error = self._interrupted(f"sent an event that cannot be read: {malformed}", retryable=False)
        except ReportedError as reported:
            status = reported.reported.status
            said = f"reported an error in the middle of the answer: {self._config.scrub(str(reported))}"
            error = self._interrupted(said, retryable=status is None or status in PASSING, status=status)
        except AIClientError as refused:
            error = refused
        raise FailedTryError(Failure(error, delivered=self._delivered))

    def _interrupted(self, what: str, *, retryable: bool = True, status: int | None = None) -> StreamInterruptedError:
        return StreamInterruptedError(
            f"{shown(self._url)} {what}",
            partial_text=self._answer.text,
            usage=self._answer.usage,
            request_id=self._answer.request_id,
            retryable=retryable,
            status=status,
        )

    def _read(self) -> None:
        body = body_of(self._response)
        if "event-stream" not in self._response.headers.get("content-type", ""):
            body = self._unlabelled(body)
        try:
            for data in body:
                self._take(self._parser.feed(data))
                if self._done:
                    break
            else:
                # The standard drops an event without its blank line; some providers end with a whole one.
                with suppress(MalformedError):
                    self._take(filter(None, [self._parser.unterminated()]))
        except (BrokenBodyError, GraceOverError, ExpiredError) as error:
            is_total = isinstance(error, ExpiredError) and error.phase == "total"
            if is_total or not self._answer.is_finished:
                raise
        if not self._answer.was_finished and not self._done:
            raise self._interrupted("ended the stream in the middle of the answer, without a finish_reason or [DONE]")
        self._answer.transfer.end()
        self._channel.push(self._answer.finish())
        self._channel.end()
        with suppress(BrokenBodyError, CancelledError, ExpiredError, GraceOverError):
            self._call.begin_grace(_REUSE_GRACE)
            for _ in body:
                continue

    def _take(self, sent: Iterator[ServerSentEvent] | list[ServerSentEvent]) -> None:
        """Hand over what one read brought, also when its last event is bad."""
        events: list[StreamEvent] = []
        deltas, chunks = self._answer.content_deltas, self._answer.chunks
        try:
            for one in sent:
                if one.data.strip() == "[DONE]":
                    self._done = True
                    break
                events += self._parse(one)
        finally:
            if self._answer.content_deltas > deltas:
                self._call.content_came()
            if events:
                self._delivered = True
                self._channel.push(events)
        if self._answer.chunks > chunks and self._answer.is_finished:
            self._call.begin_grace(self._config.timeouts.end)

    def _parse(self, sent: ServerSentEvent) -> list[StreamEvent]:
        if sent.event == "ping" or not sent.data.strip():
            return []
        chunk = parse_object(sent.data)
        if sent.event == "error":
            raise ReportedError(reported_error(chunk))
        return self._answer.take(chunk)

    def _unlabelled(self, body: Iterator[bytes]) -> Iterator[bytes]:
        """A body that does not call itself an event stream: some are one, some are the whole answer, some an error."""
        start = b""
        for data in body:
            start += data
            if start.strip():
                break
        if start.lstrip()[:1] not in (b"{", b"<", b"["):
            return chain([start] if start else [], body)
        text = ""
        try:
            text = join_body(chain([start], body)).decode("utf-8", "replace")
            whole = parse_object(text)
        except MalformedError as malformed:
            raise self._not_a_stream(str(malformed), text) from None
        if is_error_body(whole):
            raise reported_in_body(self._config, self._url, whole, text, self._answer.request_id)
        if not whole.get("choices"):
            raise self._not_a_stream("JSON, but no choices in it", text)
        # The server ignored "stream": its answer is one chunk.
        return iter([b"data: ", b" ".join(text.encode().splitlines()), b"\n\ndata: [DONE]\n\n"])

    def _not_a_stream(self, what: str, text: str) -> AIClientError:
        return protocol_error(self._config, self._url, what, text, self._answer.request_id)
