"""The OpenAI library's exceptions. The `__cause__` of each is the exception of this client."""

import json
import re
from typing import Any

from ai_rust_client import _errors as native
from ai_rust_client.compat._response import Request, Response
from ai_rust_client.compat.types import ChatCompletion


class OpenAIError(Exception):
    """The base class of all exceptions; raised itself for a missing key."""


class APIError(OpenAIError):
    """A failed call. `body` is the provider's `error` object, otherwise its JSON, otherwise its text."""

    request: Request
    """The request that failed; missing in an error without one."""
    partial_text = ""
    """The text of a stream that had arrived before the provider reported this error in it."""

    def __init__(self, message: str = "", request: Request | None = None, *, body: object = None) -> None:
        super().__init__(message)
        self.message = message
        if request is not None:
            self.request = request
        self.body = body
        error = body if isinstance(body, dict) else {}
        code = error.get("code")
        self.code: str | None = None if code is None else str(code)
        self.param: str | None = error.get("param")
        self.type: str | None = error.get("type")


class APIConnectionError(APIError):
    """No connection, or it broke before the answer was complete."""


class APITimeoutError(APIConnectionError):
    """A timeout expired; `__cause__.phase` names it."""


class StreamInterruptedError(APIConnectionError):
    """A stream that broke, or ended with neither `finish_reason` nor `[DONE]`."""

    def __init__(self, message: str = "", request: Request | None = None, *, partial_text: str = "") -> None:
        super().__init__(message, request)
        self.partial_text = partial_text


class APIStatusError(APIError):
    """A response with an error status. `retry_after` is the delay in seconds that it asks for, or None."""

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
    """A response that does not follow the API."""

    def __init__(self, message: str = "", *, response: Response | None = None, body: object = None) -> None:
        super().__init__(message, getattr(response, "request", None), body=body)
        self.response = response or Response(200, "")
        self.status_code = self.response.status_code


class LengthFinishReasonError(OpenAIError):
    """The answer was cut at the maximum number of tokens, so that it cannot be parsed."""

    def __init__(self, *, completion: ChatCompletion) -> None:
        usage = f" - {completion.usage}" if completion.usage else ""
        super().__init__(f"the answer cannot be parsed, because it was cut at the maximum number of tokens{usage}")
        self.completion = completion

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), self.completion)


class ContentFilterFinishReasonError(OpenAIError):
    """The provider's content filter ended the answer, so that it cannot be parsed."""

    def __init__(self, *, completion: ChatCompletion | None = None) -> None:
        super().__init__("the answer cannot be parsed, because the provider's content filter ended it")
        self.completion = completion

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), self.completion)


def _restore(kind: Any, completion: ChatCompletion) -> Any:
    return kind(completion=completion)


class BadRequestError(APIStatusError):
    """400: the provider rejects the request."""


class AuthenticationError(APIStatusError):
    """401: the key is missing or wrong."""


class PermissionDeniedError(APIStatusError):
    """403: the key has no permission for this."""


class NotFoundError(APIStatusError):
    """404: the model or the endpoint does not exist."""


class ConflictError(APIStatusError):
    """409: a conflict with another request."""


class UnprocessableEntityError(APIStatusError):
    """422: the request was understood, but cannot be processed."""


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
    """The exception for `error`, to be raised `from error`."""
    message = str(error)
    if error.code == "closed":
        return RuntimeError(message)
    if isinstance(error, native.APIStatusError):
        return _status_error(error, error.status or 0, request)
    if isinstance(error, native.APITimeoutError):
        return APITimeoutError(_with_own_setting(message, error.phase), request)
    if isinstance(error, native.ProtocolError):
        return APIResponseValidationError(message, response=Response(error.status or 200, "", request=request))
    if reported := message.partition("the provider reported an error in the middle of the stream: ")[2]:
        failure = APIError(reported, request)
        failure.partial_text = error.partial_text
        return failure
    if isinstance(error, native.StreamInterruptedError | native.StreamCancelled):
        return StreamInterruptedError(message, request, partial_text=error.partial_text)
    return APIConnectionError(message, request)


_NATIVE_SETTING = re.compile(r"; [^;]* sets the limit")


def _with_own_setting(message: str, phase: str) -> str:
    """The message of a timeout with the argument of this API, `timeout`, and its part."""
    part = "connect" if phase == "connect" else "read"
    return _NATIVE_SETTING.sub(f"; timeout sets the limit (its {part}, if it is a Timeout)", message)


def _status_error(error: native.APIStatusError, status: int, request: Request) -> APIStatusError:
    body: Any = error.body.strip()
    try:
        body = json.loads(body)
    except ValueError:
        pass
    else:
        body = body.get("error", body) if isinstance(body, dict) else body
    reason = _reason(error, body)
    return _class_of(status)(
        f"Error code: {status} - {_printable(reason)}" if reason else f"Error code: {status}",
        response=Response(status, error.body, error.headers, request),
        body=body,
        request_id=error.request_id,
        retry_after=getattr(error, "retry_after", None),
    )


def _reason(error: native.APIStatusError, body: Any) -> str:
    """The message of the API; for bodies of other shapes what this client reads from them."""
    message = body.get("message") if isinstance(body, dict) else None
    if isinstance(message, str) and message and not body.get("metadata"):
        return message
    text = str(error)
    _, _, answered = text.partition(f" answered {error.status}")
    reported = text.partition(" answered with an error")[2]  # in a response with status 200
    reason = (answered or reported).partition(": ")[2]
    is_unread = reason.startswith(("no reason given", "{", "["))
    return "" if is_unread else reason


_UNPRINTABLE = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]")


def _printable(text: str) -> str:
    """A provider's text without what would change a terminal or a log."""
    return _UNPRINTABLE.sub(lambda character: repr(character[0])[1:-1], text)


def provider_error(error: object, request: Request, response: Response | None = None) -> APIError:
    """The exception for an error that a provider reports in an answer.

    If it is all that has arrived, `response` is the whole answer, and the class is that of the error's status.
    """
    message = error.get("message") if isinstance(error, dict) else error
    if not isinstance(message, str) or not message:
        message = "the provider reported an error in the middle of the stream"
    status = _status_in(error) if isinstance(error, dict) else 0
    if response is None or not status:
        return APIError(_printable(message), request, body=error)
    return _class_of(status)(
        f"Error code: {status} - {_printable(message)}",
        response=Response(status, response.text, response.headers, request),
        body=error,
        request_id=response.headers.get("x-request-id"),
    )


def _status_in(error: dict[str, Any]) -> int:
    """The status that the fields of an error correspond to, 0 if it is unknown."""
    code, status = error.get("code"), error.get("status")
    for value in (code, status):
        text = str(value)
        if re.fullmatch("[45][0-9]{2}", text):
            return int(text)
    return {"rate_limit_exceeded": 429, "server_error": 500}.get(str(code), 0)


def _class_of(status: int) -> type[APIStatusError]:
    return _BY_STATUS.get(status, InternalServerError if status >= 500 else APIStatusError)
