"""Find the reason and the status in the error bodies of providers, gateways and web frameworks.

The rules are those of `minimal_browser_core.testing.chat_conformance.error_shapes`.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .one_line import excerpt, one_line

_MAX_DEPTH = 24  # levels of JSON, and of JSON in its texts
_STATUSES = range(400, 600)

# Names without `_` and `-`, in lower case, in order of preference.
_REASON_NAMES = (
    *("errordescription", "errormessage", "errormsg", "error", "message", "msg", "faultstring", "detail", "details"),
    *("errors", "issues", "fault", "statusmsg", "statusmessage", "reason", "description", "title"),
)
_CODE_NAMES = ("code", "errorcode", "type", "errortype", "status")
_STATUS_NAMES = (
    *("code", "status", "statuscode", "httpstatus", "httpstatuscode", "httpcode", "errorcode", "rawstatuscode"),
)
_FIELDS_NAMES = ("errors", "message", "detail")
"""Names whose object may map fields to reasons."""

_STATUS_PHRASES = frozenset(
    {
        "bad request",
        "payment required",
        "not found",
        "method not allowed",
        "payload too large",
        "unprocessable entity",
        "unprocessable content",
        "too many requests",
        "internal server error",
        "bad gateway",
        "service unavailable",
        "gateway timeout",
    }
)


@dataclass(frozen=True, slots=True)
class ErrorReport:
    """An error as the provider describes it; `status` is set if its code is an HTTP status."""

    message: str
    status: int | None = None


def error_report(body: Any) -> ErrorReport:
    """Return the error in decoded JSON, which is the error itself or has one in it. The message is one safe line.

    Without any reason the message is the error's JSON; of an empty one it is empty.
    """
    error = (body.get("error") if isinstance(body, dict) else None) or body
    reason = _reason(body, 0) or (json.dumps(error, ensure_ascii=False) if error else "")
    return ErrorReport(one_line(reason), _status(body, 0))


def body_report(text: str) -> ErrorReport:
    """Return the error in a body of any kind. Without any reason the message is the beginning of the body."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return ErrorReport(excerpt(one_line(_text_reason(text, 0) or text)))
    if reason := _reason(body, 0):
        return ErrorReport(one_line(reason), _status(body, 0))
    return ErrorReport(excerpt(one_line(text)) if body else "", _status(body, 0))


def _reason(value: Any, depth: int) -> str:
    return _join(_reasons(value, depth))


def _reasons(value: Any, depth: int) -> list[str]:
    if depth > _MAX_DEPTH:
        return []
    if isinstance(value, str):
        return [text] if (text := _text_reason(value, depth)) else []
    if isinstance(value, list):
        return [reason for item in value for reason in _reasons(item, depth + 1)]
    return [text] if isinstance(value, dict) and (text := _object_reason(value, depth + 1)) else []


def _object_reason(error: dict[str, Any], depth: int) -> str:
    names = {_plain(name): name for name in reversed(error)}
    texts = _texts(error, names, depth)
    first = next(texts, "")
    reason = first if _is_sentence(first) else next(filter(_is_sentence, texts), first)
    if not reason:
        reason = _join(_field_reasons(error, depth, only_sentences=True)) or _code(error, names)
    if isinstance(metadata := error.get("metadata"), dict) and (raw := _reason(metadata.get("raw"), depth)):
        reason = f"{reason}: {raw}" if reason else raw
    return f"{field}: {reason}" if reason and (field := _field(error)) else reason


def _texts(error: dict[str, Any], names: dict[str, str], depth: int) -> Iterator[str]:
    """Yield the texts under the names for reasons, the most telling name first."""
    for name in _REASON_NAMES:
        if name not in names:
            continue
        value = error[names[name]]
        maps_fields = name in _FIELDS_NAMES and isinstance(value, dict)
        if maps_fields and not any(_plain(key) in _REASON_NAMES for key in value):
            text = _join(_field_reasons(value, depth))
        else:
            text = _reason(value, depth)
        if text:
            yield text


def _field_reasons(fields: dict[str, Any], depth: int, *, only_sentences: bool = False) -> list[str]:
    return [
        # What has objects in it has names of its own for the reasons.
        f"{name}: {reason}" if _is_text(value) else reason
        for name, value in fields.items()
        for reason in _reasons(value, depth)
        if not only_sentences or _is_sentence(reason)
    ]


def _is_text(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(map(_is_text, value)))


def _code(error: dict[str, Any], names: dict[str, str]) -> str:
    codes = (error[names[name]] for name in _CODE_NAMES if name in names)
    return next((code for code in codes if isinstance(code, str) and code.strip()), "")


def _field(error: dict[str, Any]) -> str:
    """Return the field that the error is about."""
    for name in ("loc", "path"):
        if isinstance(path := error.get(name), list):
            return ".".join(str(step) for step in path if isinstance(step, str | int))
    field = error.get("field")
    return field if isinstance(field, str) else ""


def _text_reason(text: str, depth: int) -> str:
    """Return a text with the JSON in it replaced by the reason of that; of a web page, its title or text."""
    text = text.strip()
    if depth > _MAX_DEPTH:
        return text
    if text.startswith("<"):
        from .web_page import page_reason  # loads the names of all HTML entities

        return page_reason(text)
    start = min((at for at in (text.find("{"), text.find("[{")) if at >= 0), default=-1)
    if start < 0:
        return text
    try:
        value, end = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return text
    reason = _reason(value, depth)
    return f"{text[:start]}{reason}{text[end:]}".strip() if reason else text


def _status(value: Any, depth: int) -> int | None:
    """Return the HTTP status that an error contains, in its innermost error first."""
    if isinstance(value, list):
        return next(filter(None, (_status(item, depth + 1) for item in value[:1])), None)
    if not isinstance(value, dict) or depth > _MAX_DEPTH:
        return None
    inner = (_status(value.get(name), depth + 1) for name in ("error", "errors", "message", "detail", "choices"))
    if status := next(filter(None, inner), None):
        return status
    names = {_plain(name): name for name in reversed(value)}
    codes = (str(value[names[name]]) for name in _STATUS_NAMES if name in names)
    numbers = (int(code) for code in codes if len(code) == 3 and code.isascii() and code.isdigit())
    return next((number for number in numbers if number in _STATUSES), None)


def _is_sentence(text: str) -> bool:
    return len(text.split()) > 1 and text.strip(" .").lower() not in _STATUS_PHRASES


def _join(reasons: list[str]) -> str:
    return "; ".join(dict.fromkeys(reasons))


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()
