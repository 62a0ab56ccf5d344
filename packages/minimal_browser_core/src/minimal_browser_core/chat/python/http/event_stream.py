"""Read an answer that is a stream of Server-Sent Events, to its verified end.

A stream ends with `[DONE]`, with its body, or with silence after every choice has its `finish_reason`. A body that ends
with neither is an error that holds what had arrived.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress

from minimal_browser_core.chat.python.protocol.accumulator import ProviderError, StreamAccumulator
from minimal_browser_core.chat.python.protocol.decode import MalformedError
from minimal_browser_core.chat.python.protocol.one_line import one_line
from minimal_browser_core.chat.python.protocol.sse import EventTooLongError
from minimal_browser_core.chat.python.protocol.stream_decoder import StreamDecoder
from minimal_browser_core.chat.values import StreamEvent
from minimal_browser_core.errors import AIClientError, StreamInterruptedError

from .body import BrokenBodyError
from .call import CancelledError, ExpiredError, GracePeriodOverError
from .error_mapping import MAX_ERROR_BODY, display_url, error_text, protocol_error, status_error, timeout_error
from .response_reader import ResponseReader
from .retry import TRANSIENT_STATUSES, AttemptFailedError, AttemptFailure

Deliver = Callable[[list[StreamEvent], int], None]
"""Takes events, and the number of bytes that arrived in none."""

_MAX_MESSAGE = 2000  # characters of a provider's message
_REUSE_GRACE = 0.2  # seconds to wait for the end of the body after [DONE], so that the connection can be reused


class EventStreamReader:
    """Reads one event stream into `received`, and calls `deliver` with its events as they arrive."""

    def __init__(self, reader: ResponseReader, received: StreamAccumulator, deliver: Deliver) -> None:
        self._reader = reader
        self._call = reader.call
        self._received = received
        self._decoder = StreamDecoder(received)
        self._deliver = deliver
        self._beginning = b""

    def read(self, body: Iterator[bytes]) -> None:
        """Deliver all events. Raises `AttemptFailedError` if the stream does not end well."""
        error: AIClientError
        config = self._reader.config
        try:
            self._read_events(body)
            if not self._received.was_finished and not self._decoder.is_done:
                raise AttemptFailedError(AttemptFailure(self._incomplete()))
            self._received.metadata.complete()
            self._deliver(self._received.finish(), 0)
        except ExpiredError as expired:
            error = timeout_error(config, self._reader.url, expired.phase, self._reader.request_id)
        except BrokenBodyError as broken:
            error = self._interrupted(f"broke off: {one_line(config.scrub(str(broken)))}")
        except (MalformedError, EventTooLongError) as malformed:
            error = self._interrupted(f"sent an event that cannot be read: {malformed}", retryable=False)
        except ProviderError as failed:
            error = self._reported(failed)
        else:
            return
        raise AttemptFailedError(AttemptFailure(error))

    def read_rest(self, body: Iterator[bytes]) -> None:
        """Wait a moment for the end of the body, so that the connection can be reused."""
        with suppress(BrokenBodyError, CancelledError, ExpiredError, GracePeriodOverError):
            self._call.begin_grace(_REUSE_GRACE)
            for _ in body:
                continue

    def _read_events(self, body: Iterator[bytes]) -> None:
        try:
            for data in body:
                if not self._received.chunks:
                    self._beginning = (self._beginning + data)[: MAX_ERROR_BODY + 1]
                self._add(self._decoder.feed(data))
                if self._decoder.is_done:
                    return
            self._add(self._decoder.finish())
        except (BrokenBodyError, GracePeriodOverError, ExpiredError) as error:
            is_total = isinstance(error, ExpiredError) and error.phase == "total"
            if is_total or not self._received.is_finished:
                raise

    def _add(self, events: Iterator[StreamEvent]) -> None:
        """Deliver the events of one read, even if its last one is invalid."""
        arrived: list[StreamEvent] = []
        deltas, finished_chunks = self._received.content_deltas, self._decoder.finished_chunks
        silent_bytes = self._decoder.silent_bytes
        try:
            for event in events:
                arrived.append(event)  # noqa: PERF402  what precedes an invalid event counts
        finally:
            if self._received.content_deltas > deltas:
                self._call.content_received()
            # Signs of life do not extend an answer that is finished.
            if self._decoder.finished_chunks > finished_chunks and self._received.is_finished:
                self._call.begin_grace(self._reader.config.timers.end)
            self._deliver(arrived, self._decoder.silent_bytes - silent_bytes)

    def _incomplete(self) -> AIClientError:
        if not self._received.chunks and not self._reader.is_labelled_events:
            what = "JSON, but not an object" if _is_json(self._beginning) else "neither JSON nor an event stream"
            reader = self._reader
            return protocol_error(reader.config, reader.url, what, self._beginning, reader.request_id, reader.status)
        return self._interrupted("ended the stream in the middle of the answer, without a finish_reason or [DONE]")

    def _reported(self, failed: ProviderError) -> AIClientError:
        config, status = self._reader.config, failed.report.status
        if status is not None and not self._received.content_deltas:
            # It is what the status would have said if the head had not been sent already.
            body = error_text(config, json.dumps(failed.source, ensure_ascii=False).encode("utf-8", "replace"))
            return status_error(config, self._reader.url, status, body, headers=self._reader.headers)
        message = config.scrub(str(failed))[:_MAX_MESSAGE]
        reason = f"reported an error in the middle of the answer: {message}"
        return self._interrupted(reason, retryable=status is None or status in TRANSIENT_STATUSES, status=status)

    def _interrupted(self, what: str, *, retryable: bool = True, status: int | None = None) -> StreamInterruptedError:
        text = f"{display_url(self._reader.url)} {what}"
        return StreamInterruptedError(text, retryable=retryable, status=status, request_id=self._reader.request_id)


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return False
    return True
