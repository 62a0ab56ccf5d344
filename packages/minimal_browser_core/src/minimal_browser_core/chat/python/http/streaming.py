"""Requests whose response is a stream of Server-Sent Events.

A stream ends with `[DONE]`, with its body, or with silence after every choice has its `finish_reason`. A body that ends
with neither is an error that holds what had arrived.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import chain

import httpx2

from minimal_browser_core.chat.python.channel import Channel
from minimal_browser_core.chat.python.protocol.accumulator import ProviderError, StreamAccumulator
from minimal_browser_core.chat.python.protocol.decode import MalformedError, error_report, parse_object
from minimal_browser_core.chat.python.protocol.encode import with_model
from minimal_browser_core.chat.python.protocol.metadata import ResponseMetadata
from minimal_browser_core.chat.python.protocol.sse import EventStreamParser, EventTooLongError, ServerSentEvent
from minimal_browser_core.chat.values import StreamEvent
from minimal_browser_core.errors import AIClientError, StreamInterruptedError

from .body import BrokenBodyError, iter_body, join_body, request_id
from .call import Call, CancelledError, ExpiredError, GracePeriodOverError
from .error_mapping import display_url, error_in_body, is_error_body, protocol_error, timeout_error
from .retry import TRANSIENT_STATUSES, AttemptFailedError, AttemptFailure
from .retrying_client import RetryingClient

_PATH = "chat/completions"
_REUSE_GRACE = 0.2  # seconds to wait for the end of the body after [DONE], so that the connection can be reused


def stream(client: RetryingClient, call: Call, channel: Channel, models: Sequence[str], rest: bytes) -> None:
    """Push all events of a response and end the channel. Raises the error of a stream that does not end well."""

    def attempt(model: str) -> None:
        call.begin_stream()
        started = time.monotonic()
        with client.open_response("POST", _PATH, "text/event-stream", with_model(model, rest)) as response:
            _StreamReceiver(client, call, channel, response, started).receive()

    client.run(call, models, attempt)


class _StreamReceiver:
    """Reads one response to its end."""

    def __init__(
        self, client: RetryingClient, call: Call, channel: Channel, response: httpx2.Response, started: float
    ) -> None:
        self._config = client.config
        self._url = client.config.endpoint(_PATH)
        self._call = call
        self._channel = channel
        self._response = response
        metadata = ResponseMetadata.from_headers(started, response.headers, client.config.scrub)
        self._received = StreamAccumulator(request_id=request_id(response), metadata=metadata)
        self._parser = EventStreamParser()
        self._delivered = False
        self._done = False

    def receive(self) -> None:
        """Read the response; raises `AttemptFailedError` if it does not end well."""
        self._channel.begin(self._received)
        error: AIClientError
        try:
            body = iter_body(self._response)
            if "event-stream" not in self._response.headers.get("content-type", ""):
                body = self._detect_format(body)
            self._read(body)
            self._end(body)
            return
        except ExpiredError as expired:
            error = timeout_error(self._config, self._url, expired.phase, self._received.request_id)
        except BrokenBodyError as broken:
            error = self._interrupted(f"broke off: {self._config.scrub(str(broken))}")
        except (MalformedError, EventTooLongError) as malformed:
            error = self._interrupted(f"sent an event that cannot be read: {malformed}", retryable=False)
        except ProviderError as provider_error:
            status = provider_error.report.status
            reason = f"reported an error in the middle of the answer: {self._config.scrub(str(provider_error))}"
            error = self._interrupted(reason, retryable=status is None or status in TRANSIENT_STATUSES, status=status)
        except AIClientError as other:
            error = other
        raise AttemptFailedError(AttemptFailure(error, delivered=self._delivered))

    # -- the end of a stream -------------------------------------------------------------------------------------------

    def _read(self, body: Iterator[bytes]) -> None:
        """Deliver events until [DONE], the end of the body or the end of the grace period after all finish reasons."""
        try:
            for data in body:
                self._deliver(self._parser.feed(data))
                if self._done:
                    return
            # The standard drops an event without its blank line, but some providers end with a complete one.
            with suppress(MalformedError):
                self._deliver(filter(None, [self._parser.finish()]))
        except (BrokenBodyError, GracePeriodOverError, ExpiredError) as error:
            is_total = isinstance(error, ExpiredError) and error.phase == "total"
            if is_total or not self._received.is_finished:
                raise

    def _end(self, body: Iterator[bytes]) -> None:
        """Check that the response is complete, end the channel, then empty the connection for reuse."""
        if not self._received.was_finished and not self._done:
            raise self._interrupted("ended the stream in the middle of the answer, without a finish_reason or [DONE]")
        self._received.metadata.complete()
        self._channel.push(self._received.finish())
        self._channel.end()
        with suppress(BrokenBodyError, CancelledError, ExpiredError, GracePeriodOverError):
            self._call.begin_grace(_REUSE_GRACE)
            for _ in body:
                continue

    def _deliver(self, server_events: Iterable[ServerSentEvent]) -> None:
        """Push the events of one read, even if its last one is invalid."""
        events: list[StreamEvent] = []
        deltas, chunks = self._received.content_deltas, self._received.chunks
        try:
            for server_event in server_events:
                if server_event.data.strip() == "[DONE]":
                    self._done = True
                    break
                events += self._parse(server_event)
        finally:
            if self._received.content_deltas > deltas:
                self._call.content_received()
            if events:
                self._delivered = True
                self._channel.push(events)
        if self._received.chunks > chunks and self._received.is_finished:
            self._call.begin_grace(self._config.timeouts.end)

    # -- the content of a stream ---------------------------------------------------------------------------------------

    def _parse(self, server_event: ServerSentEvent) -> list[StreamEvent]:
        if server_event.event == "ping" or not server_event.data.strip():
            return []
        chunk = parse_object(server_event.data)
        if server_event.event == "error":
            raise ProviderError(error_report(chunk))
        return self._received.add(chunk)

    def _detect_format(self, body: Iterator[bytes]) -> Iterator[bytes]:
        """Return the event stream in a body of another content type, which may also be a whole response or an error."""
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
            response = parse_object(text)
        except MalformedError as malformed:
            raise self._not_a_stream(str(malformed), text) from None
        if is_error_body(response):
            raise error_in_body(self._config, self._url, response, text, self._received.request_id)
        if not response.get("choices"):
            raise self._not_a_stream("JSON, but no choices in it", text)
        # The server ignored "stream": its response becomes the only chunk.
        return iter([b"data: ", b" ".join(text.encode().splitlines()), b"\n\ndata: [DONE]\n\n"])

    def _not_a_stream(self, what: str, text: str) -> AIClientError:
        return protocol_error(self._config, self._url, what, text, self._received.request_id)

    def _interrupted(self, what: str, *, retryable: bool = True, status: int | None = None) -> StreamInterruptedError:
        return StreamInterruptedError(
            f"{display_url(self._url)} {what}",
            partial_text=self._received.text,
            usage=self._received.usage,
            request_id=self._received.request_id,
            retryable=retryable,
            status=status,
        )
