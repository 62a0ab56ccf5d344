"""Responses: of failed calls, in their exceptions, and of calls made through `with_raw_response`."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from ai_rust_client.compat._not_covered import NotCoveredError

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Request:
    """The request of a call. `url` has no query, since that may contain a key."""

    method: str
    url: str


class Headers(dict[str, str]):
    """Headers by their case-insensitive names."""

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and super().__contains__(name.lower())

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name.lower(), default)


class Response:
    """The head of a response with its text, which is empty for a stream."""

    def __init__(
        self,
        status_code: int,
        text: str,
        headers: Mapping[str, str] | None = None,
        request: Request | None = None,
    ) -> None:
        self.status_code = status_code
        self.text = text
        self.headers = Headers(headers or {})
        if request is not None:
            self.request = request

    def json(self) -> Any:
        """The body as JSON. Raises ValueError if it is not JSON."""
        return json.loads(self.text)

    @property
    def content(self) -> bytes:
        """The body in UTF-8."""
        return self.text.encode()

    @property
    def is_success(self) -> bool:
        """Whether the status is from 200 to 299."""
        return 200 <= self.status_code < 300

    if not TYPE_CHECKING:  # type checkers report missing attributes

        def __getattr__(self, name: str) -> Any:
            if name.startswith("_"):
                raise AttributeError(name)
            raise NotCoveredError(
                f"the response's {name} is not covered by ai_rust_client.compat, "
                "which has its status_code, headers, text, content, json() and request"
            )

    def __repr__(self) -> str:
        return f"<Response [{self.status_code}]>"


class BaseAPIResponse(Generic[T_co]):
    """The response to a call that succeeded, and how to read its content."""

    status_code = 200

    def __init__(self, answer: Any, request: Request, read: Callable[[Any], T_co]) -> None:
        self._answer = answer
        self._read = read
        self._parsed: Any = None
        self.http_request = request

    def _parse(self) -> T_co:
        if self._parsed is None:
            self._parsed = self._read(self._answer)
        return cast("T_co", self._parsed)

    def _is_stream(self) -> bool:
        return hasattr(self._answer, "cancel")

    def _text(self) -> str:
        text: str = self._answer._body
        return text

    @property
    def headers(self) -> Headers:
        """The headers of the response, with names in lower case and secrets masked."""
        return Headers(self._answer.headers)

    @property
    def request_id(self) -> str | None:
        """The provider's id of the request."""
        request_id: str | None = self._answer.request_id
        return request_id

    @property
    def url(self) -> str:
        """The URL of the request, without its query."""
        return self.http_request.url

    @property
    def method(self) -> str:
        """The method of the request."""
        return self.http_request.method

    @property
    def http_response(self) -> Response:
        """The response without the methods that parse it."""
        text = "" if self._is_stream() else self._text()
        return Response(self.status_code, text, self._answer.headers, self.http_request)

    if not TYPE_CHECKING:  # type checkers report missing attributes

        def __getattr__(self, name: str) -> Any:
            if name.startswith("_"):
                raise AttributeError(name)
            raise NotCoveredError(
                f"the response's {name} is not covered by ai_rust_client.compat, which has its status_code, headers, "
                "request_id, http_request, parse(), text, content and json()"
            )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} [{self.status_code}]>"


class APIResponse(BaseAPIResponse[T]):
    """What a method of `with_raw_response` returns; `parse()` returns what the method itself does."""

    def parse(self) -> T:
        """The model or the stream. The same object in every call."""
        return self._parse()

    @property
    def text(self) -> str:
        """The body; that of a stream is read with `parse()`."""
        if self._is_stream():
            raise NotCoveredError("a stream has no text; read it with parse(), or use with_streaming_response")
        return self._text()

    @property
    def content(self) -> bytes:
        """The body in UTF-8."""
        return self.text.encode()

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.text)


@dataclass(frozen=True)
class Answer:
    """The JSON text of an answer, with its headers, for a response."""

    _body: str
    headers: Mapping[str, str]
    request_id: str | None = None
