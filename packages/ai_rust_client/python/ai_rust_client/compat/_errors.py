"""The OpenAI library's exceptions, made from those of this client, which each has as its `__cause__`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ai_rust_client import _errors as native


class NotCoveredError(AttributeError, NotImplementedError):
    """Something of the OpenAI library that is not here; the message names it."""


class OpenAIError(Exception):
    """Root of all, and what a client without a key raises."""


@dataclass(frozen=True)
class Request:
    """What was asked; `url` is without its query, which may hold a key."""

    method: str
    url: str


class APIError(OpenAIError):
    """A call that failed; `body` is what the provider said: its `error` object, else its JSON, else its text."""

    request: Request
    """The request that failed; absent of an error made by hand."""

    def __init__(self, message: str = "", request: Request | None = None, *, body: object = None) -> None:
        super().__init__(message)
        self.message = message
        if request is not None:
            self.request = request
        self.body = body
        said = body if isinstance(body, dict) else {}
        code = said.get("code")
        self.code: str | None = None if code is None else str(code)
        self.param: str | None = said.get("param")
        self.type: str | None = said.get("type")


class APIConnectionError(APIError):
    """No connection, or it broke before the answer was whole."""


class APITimeoutError(APIConnectionError):
    """A timer ran out; `__cause__.phase` says which."""


class StreamInterruptedError(APIConnectionError):
    """A stream that broke or ended without `finish_reason` and `[DONE]`; the OpenAI library may take it for whole."""

    def __init__(self, message: str = "", request: Request | None = None, *, partial_text: str = "") -> None:
        super().__init__(message, request)
        self.partial_text = partial_text


class Headers(dict[str, str]):
    """Headers by name, in whatever case they are asked for."""

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and super().__contains__(name.lower())

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name.lower(), default)


class Response:
    """What is known of the answer that an exception is about."""

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
        """What the answer holds; raises ValueError where it is no JSON."""
        return json.loads(self.text)

    @property
    def content(self) -> bytes:
        """The answer's text in UTF-8."""
        return self.text.encode()

    @property
    def is_success(self) -> bool:
        """Whether the status is one of 200 to 299."""
        return 200 <= self.status_code < 300

    if not TYPE_CHECKING:  # what is not there, type checkers are to say

        def __getattr__(self, name: str) -> Any:
            if name.startswith("_"):
                raise AttributeError(name)
            raise NotCoveredError(
                f"the response's {name} is not covered by ai_rust_client.compat, "
                "which has its status_code, headers, text, content, json() and request"
            )

    def __repr__(self) -> str:
        return f"<Response [{self.status_code}]>"


class APIStatusError(APIError):
    """An answer with an error status; `retry_after` is the wait in seconds that it asks for, or None."""

    def __init__(
        self,
        message: str = "",
        *,
        response: Response | None = None,
        body: object = None,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, getattr(response, "request", None), body=body)
        self.response = response or Response(0, "")
        self.status_code = self.response.status_code
        self.request_id = request_id
        self.retry_after = retry_after


class APIResponseValidationError(APIError):
    """An answer that is not what the API promises."""

    def __init__(self, message: str = "", *, response: Response | None = None, body: object = None) -> None:
        super().__init__(message, getattr(response, "request", None), body=body)
        self.response = response or Response(200, "")
        self.status_code = self.response.status_code


class BadRequestError(APIStatusError):
    """400: the provider does not take this request."""


class AuthenticationError(APIStatusError):
    """401: the key is missing or wrong."""


class PermissionDeniedError(APIStatusError):
    """403: the key may not do this."""


class NotFoundError(APIStatusError):
    """404: the model or the endpoint does not exist."""


class ConflictError(APIStatusError):
    """409: it conflicts with another request."""


class UnprocessableEntityError(APIStatusError):
    """422: understood, and not possible."""


class RateLimitError(APIStatusError):
    """429: too many requests, or too many tokens."""


class InternalServerError(APIStatusError):
    """5xx: the provider failed."""


_BY_STATUS: dict[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}


def from_native(error: native.AIClientError, request: Request) -> Exception:
    """Raise it `from error`."""
    message = str(error)
    if error.code == "closed":
        return RuntimeError(message)
    if isinstance(error, native.APIStatusError):
        return _status_error(error, error.status or 0, request)
    if isinstance(error, native.APITimeoutError):
        return APITimeoutError(message, request)
    if isinstance(error, native.ProtocolError):
        return APIResponseValidationError(message, response=Response(error.status or 200, "", request=request))
    if isinstance(error, native.StreamInterruptedError | native.StreamCancelled):
        return StreamInterruptedError(message, request, partial_text=error.partial_text)
    return APIConnectionError(message, request)


def _status_error(error: native.APIStatusError, status: int, request: Request) -> APIStatusError:
    text = error.body.strip()
    message = f"Error code: {status}"
    try:
        said = json.loads(text)
    except ValueError:
        said = text
    else:
        said = said.get("error", said) if isinstance(said, dict) else said
        reason = said.get("message") if isinstance(said, dict) else None
        if isinstance(reason, str) and reason:
            message = f"{message} - {reason}"
    return _BY_STATUS.get(status, InternalServerError if status >= 500 else APIStatusError)(
        message,
        response=Response(status, error.body, error.headers, request),
        body=said,
        request_id=error.request_id,
        retry_after=getattr(error, "retry_after", None),
    )


def reported(error: object, request: Request) -> APIError:
    """The error that a provider reports inside a stream."""
    said = error.get("message") if isinstance(error, dict) else None
    message = said if isinstance(said, str) and said else "the provider reported an error in the middle of the stream"
    return APIError(message, request, body=error)
