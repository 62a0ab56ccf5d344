"""Read the body of a response with a good status: JSON, an event stream or neither, whatever its content type says."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import httpx2

from minimal_browser_core.chat.python.protocol.decode import MalformedError, as_object, parse_json

from .body import BrokenBodyError, first_byte, iter_body, join_body
from .call import Call, ExpiredError
from .error_mapping import broken_body_error, error_in_body, protocol_error, timeout_error
from .response_headers import masked_headers, request_id
from .retry import AttemptFailedError, AttemptFailure

T = TypeVar("T")

_NOT_EVENTS = (b"{", b"[", b"<")


class ResponseReader:
    """Reads one response; `path` is that of its endpoint."""

    def __init__(self, call: Call, path: str, response: httpx2.Response) -> None:
        self.call = call
        self.config = call.config
        self.url = call.config.endpoint(path)
        self.headers = masked_headers(call.config, response.headers)
        self.request_id = request_id(self.headers)
        self.status = response.status_code
        self._response = response

    @property
    def is_labelled_events(self) -> bool:
        """Whether the content type says that the body is an event stream."""
        return "event-stream" in self.headers.get("content-type", "")

    def read(
        self, parse: Callable[[dict[str, Any]], T], parse_events: Callable[[Iterator[bytes]], T] | None = None
    ) -> T:
        """Return what `parse` makes of a JSON object, or `parse_events` of an event stream.

        Raises `AttemptFailedError` if the body is incomplete, is neither, or reports an error.
        """
        config, url = self.config, self.url
        body = b""
        try:
            start, parts = first_byte(iter_body(self._response))
            if parse_events is not None and start not in _NOT_EVENTS and (start or self.is_labelled_events):
                return parse_events(parts)
            body = join_body(map(self._note_content, parts))
            value = parse_json(body)
            error = error_in_body(config, url, value, body, self.headers)
            if error is None:
                return parse(as_object(value))
        except ExpiredError as expired:
            error = timeout_error(config, url, expired.phase, self.request_id)
        except BrokenBodyError as broken:
            error = broken_body_error(config, url, broken, self.request_id)
        except MalformedError as malformed:
            error = protocol_error(config, url, str(malformed), body, self.request_id, self.status)
        raise AttemptFailedError(AttemptFailure(error))

    def _note_content(self, part: bytes) -> bytes:
        # Some providers send white space to keep the connection alive: it is not content.
        if not part.isspace():
            self.call.content_received()
        return part
