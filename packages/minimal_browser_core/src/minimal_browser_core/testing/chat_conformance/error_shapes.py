"""The reasons that are found in error bodies, whatever their shape.

Each entry of `vectors/errors.json` is an answer (`status`, `content_type`, `body`) and the `reason` that a message must
show for it; with a good status also the `error_status` that the error must have. The body alone says what it is.

- Text that is JSON, or that has a JSON object in it: the reason of the JSON takes its place, at most eight levels deep.
- An object: the first sentence under `REASON_NAMES`, else the first text there. A sentence has white space and is not
  one of `STATUS_PHRASES`. Without any text: `field: reason` for each other field with a sentence. Without any sentence:
  the first text under `CODE_NAMES`. Case, `_` and `-` of names do not count.
  The field is left out if its value is an object, or a list of them.
- An object about a field of the request has it in front of its reason (`body.model: Field required`): `loc` or `path`
  if it is a list, joined by dots, or the text `field`.
- `metadata.raw` of an object is appended to its reason: `Provider returned error: the reason of raw`.
- A list: the reasons of its elements. Several reasons are joined by `; `, each only once.
- Text that begins with `<`: its title if that is a sentence, else its element `message`, else its text without tags.
- Without a reason: the beginning of the body, or `no reason given` if the body or its JSON is empty.
- White space is collapsed. Control characters and those that change the direction of writing are escaped (`\\x1b`).
- The status of an error is the first number from 400 to 599, also as a string, under `STATUS_NAMES`, within the error
  first, then beside it.
"""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from minimal_browser_core.chat.port import ChatClient
from minimal_browser_core.testing.fake_server import Body, FakeServer
from minimal_browser_core.testing.resources import resource

from .base import MODEL, QUESTION, ChatSuite, Errors

REASON_NAMES = (
    "errordescription",
    "errormessage",
    "errormsg",
    "error",
    "message",
    "msg",
    "faultstring",
    "detail",
    "details",
    "errors",
    "issues",
    "fault",
    "statusmsg",
    "statusmessage",
    "reason",
    "description",
    "title",
    "response",
    "exception",
)
"""Without `_` and `-`, in lower case, in order of preference."""

CODE_NAMES = ("code", "errorcode", "type", "errortype", "status")

STATUS_NAMES = (
    "code",
    "status",
    "statuscode",
    "httpstatus",
    "httpstatuscode",
    "httpcode",
    "errorcode",
    "rawstatuscode",
)

STATUS_PHRASES = frozenset(
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
class ErrorShape:
    """An answer that reports an error, and what a message must say about it."""

    name: str
    status: int
    content_type: str
    body: str
    reason: str
    error_status: int | None = None

    @property
    def reply(self) -> Body:
        return Body(self.body, status=self.status, content_type=self.content_type)


def error_shapes() -> list[ErrorShape]:
    """Return the entries of `vectors/errors.json`."""
    entries: list[dict[str, Any]] = json.loads(resource("vectors", "errors.json").read_text("utf-8"))
    return [ErrorShape(**entry) for entry in entries]


_REFUSALS = [shape for shape in error_shapes() if shape.status != 200]
_GOOD_STATUS = [shape for shape in error_shapes() if shape.status == 200]


def _name(shape: ErrorShape) -> str:
    return shape.name


class ErrorShapes(ChatSuite):
    """The reason of every error is found in its body."""

    @pytest.mark.parametrize("shape", _REFUSALS, ids=_name)
    def test_a_refusal_shows_its_reason(
        self, client: ChatClient, server: FakeServer, errors: Errors, shape: ErrorShape
    ) -> None:
        server.script += [shape.reply, shape.reply]
        server.models_script.append(shape.reply)
        for ask in (lambda: client.chat(QUESTION, MODEL), lambda: list(client.stream(QUESTION, MODEL)), client.models):
            with pytest.raises(errors.APIStatusError) as caught:
                ask()
            _, _, reason = str(caught.value).partition(": ")
            assert reason.startswith(shape.reason)
            # What follows is our advice.
            assert reason.removeprefix(shape.reason)[:2] in ("", "; ")
            assert caught.value.status == shape.status

    @pytest.mark.parametrize("shape", _GOOD_STATUS, ids=_name)
    def test_an_error_with_a_good_status_shows_its_reason_and_has_its_status(
        self, client: ChatClient, server: FakeServer, errors: Errors, shape: ErrorShape
    ) -> None:
        server.script += [shape.reply, shape.reply]
        for ask in (lambda: client.chat(QUESTION, MODEL), lambda: list(client.stream(QUESTION, MODEL))):
            with pytest.raises(errors.AIClientError) as caught:
                ask()
            assert shape.reason in str(caught.value)
            assert '"' not in str(caught.value)
            assert caught.value.status == shape.error_status

    @pytest.mark.parametrize("error", ["{}", '""', "[]", "false", "0", "null", '{"message": "", "code": null}'])
    def test_an_empty_error_in_a_good_answer_is_not_an_error(
        self, client: ChatClient, server: FakeServer, error: str
    ) -> None:
        whole = '{"choices": [{"index": 0, "message": {"content": "so"}, "finish_reason": "stop"}], "error": %s}'
        delta = (
            'data: {"choices": [{"index": 0, "delta": {"content": "so"}, "finish_reason": "stop"}], "error": %s}\n\n'
        )
        server.script += [
            Body(whole % error),
            Body((delta % error) + "data: [DONE]\n\n", content_type="text/event-stream"),
        ]
        assert client.chat(QUESTION, MODEL).text == "so"
        assert "".join(client.stream(QUESTION, MODEL)) == "so"
