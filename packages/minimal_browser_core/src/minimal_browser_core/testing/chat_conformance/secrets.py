"""Secrets that a server sends back, in any encoding and any part of its response, are masked."""

import base64
import html
import json
import pickle
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from minimal_browser_core.chat.port import ChatClient
from minimal_browser_core.testing.fake_server import DONE, Answer, Body, Cut, Data, FakeServer, Stream, chunk

from .base import MODEL, QUESTION, ChatSuite, Errors, MakeClient

SECRET = "sk/Con+form&'\"<0123456789>"  # noqa: S105  made up
LIMIT = 64 << 10


def _escaped(text: str, template: str) -> str:
    return "".join(template.format(ord(character)) for character in text)


ENCODINGS: dict[str, Callable[[str], str]] = {
    "raw": str,
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON with escaped slashes": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    "JSON escapes only": lambda text: _escaped(text, "\\u{:04x}"),
    "JSON escapes in capitals": lambda text: _escaped(text, "\\u{:04X}"),
    "JSON in JSON": lambda text: json.dumps(json.dumps(text)[1:-1])[1:-1],
    "percent": lambda text: quote(text, safe=""),
    "percent of all": lambda text: _escaped(text, "%{:02x}"),
    "percent in JSON": lambda text: json.dumps(quote(text, safe=""))[1:-1],
    "form": quote_plus,
    "HTML": html.escape,
    "HTML numbers": lambda text: _escaped(text, "&#{};"),
    "Python": lambda text: repr(text)[1:-1],
    "Base64": lambda text: base64.b64encode(text.encode()).decode(),
    "Base64 for URLs": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
}
every_encoding = pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS)

BASIC = base64.b64encode(b"someone:hunter2-hunter2").decode()
SETTINGS: dict[str, tuple[dict[str, Any], str]] = {
    "key": ({"api_key": "sk-0123456789"}, "sk-0123456789"),
    "basic: token": ({"headers": {"Authorization": f"Basic {BASIC}"}}, BASIC),
    "basic: pair": ({"headers": {"Authorization": f"Basic {BASIC}"}}, "someone:hunter2-hunter2"),
    "basic: password": ({"headers": {"Authorization": f"Basic {BASIC}"}}, "hunter2-hunter2"),
    "another scheme": ({"headers": {"Authorization": "Token abcdef-0123"}}, "abcdef-0123"),
    "key header": ({"headers": {"X-Goog-Api-Key": "AIza-0123456789"}}, "AIza-0123456789"),
    "token header": ({"headers": {"X-Csrf-Token": "csrf-0123456789"}}, "csrf-0123456789"),
    "signature header": ({"headers": {"X-Signature": "sig-0123456789"}}, "sig-0123456789"),
    "session header": ({"headers": {"X-Session-Id": "session-0123456789"}}, "session-0123456789"),
    "password header": ({"headers": {"X-Password": "pass-0123456789"}}, "pass-0123456789"),
    "cookie": ({"headers": {"Cookie": "a=first-012345; b=second-012345"}}, "second-012345"),
}


def shown(error: BaseException) -> str:
    """Return everything that an error and its causes may show."""
    parts: list[str] = []
    cause: BaseException | None = error
    while cause is not None:
        parts.append(f"{cause} {cause!r} {vars(cause)} {pickle.dumps(str(cause))!r}")
        cause = cause.__cause__ or cause.__context__
    return " ".join(parts)


class Secrets(ChatSuite):
    """No secret of the settings is in an error, whatever a server makes of it."""

    # Not `client`: other parts of the suite have fixtures of that name.
    @pytest.fixture
    def secret_client(self, make_client: MakeClient, server: FakeServer) -> ChatClient:
        return make_client(api_key=SECRET, base_url=server.base_url, max_retries=0)

    @every_encoding
    @pytest.mark.parametrize("status", [401, 200])
    def test_a_secret_in_a_body_is_masked(
        self, secret_client: ChatClient, server: FakeServer, errors: Errors, encode: Callable[[str], str], status: int
    ) -> None:
        encoded = encode(SECRET)
        texts = [f'{{"error": {{"message": "wrong key {encoded}!", "code": 401}}}}', f"wrong key {encoded}!"]
        for text in texts[: 1 if status == 200 else 2]:
            body = Body(text, status=status, content_type="text/plain")
            server.script += [body, body]
            for ask in (
                lambda: secret_client.chat(QUESTION, MODEL),
                lambda: list(secret_client.stream(QUESTION, MODEL)),
            ):
                with pytest.raises(errors.AIClientError) as caught:
                    ask()
                assert encoded not in shown(caught.value)
                assert SECRET not in shown(caught.value)
                assert "***" in str(caught.value)

    @every_encoding
    @pytest.mark.parametrize("place", ["limit of the body", "limit of the message"])
    def test_a_secret_at_the_limit_of_a_text_leaves_no_beginning(
        self, secret_client: ChatClient, server: FakeServer, errors: Errors, encode: Callable[[str], str], place: str
    ) -> None:
        encoded = encode(SECRET)
        limit = LIMIT if place == "limit of the body" else 200
        for shift in range(0, len(encoded), max(1, len(encoded) // 12)):
            text = "·" * (limit - shift) + encoded + "·" * 100
            server.script.append(Body(text, status=500, content_type="text/plain"))
            with pytest.raises(errors.InternalServerError) as caught:
                secret_client.chat(QUESTION, MODEL)
            assert encoded[: max(8, len(encoded) // 3)] not in shown(caught.value), shift

    @pytest.mark.parametrize(("settings", "secret"), SETTINGS.values(), ids=SETTINGS)
    def test_every_secret_of_the_settings_is_masked(
        self, make_client: MakeClient, server: FakeServer, errors: Errors, settings: dict[str, Any], secret: str
    ) -> None:
        client = make_client(base_url=server.base_url, max_retries=0, **settings)
        server.script.append(Body(f"it was {secret}.", 403, "text/plain", headers={"x-request-id": secret}))
        with pytest.raises(errors.PermissionDeniedError, match=r"it was \*\*\*\.") as caught:
            client.chat(QUESTION, MODEL)
        assert caught.value.request_id == "***"
        assert secret not in shown(caught.value) + repr(client)

    @pytest.mark.parametrize("secret", ["user:p%40ss-0123@", "token-0123456789@"])
    def test_user_and_password_of_the_base_url_are_masked(
        self, make_client: MakeClient, server: FakeServer, errors: Errors, secret: str
    ) -> None:
        client = make_client(base_url=server.base_url.replace("//", f"//{secret}"), max_retries=0)
        password = secret.rstrip("@").rpartition(":")[2]
        text = f"{password} {password.replace('%40', '@')}"
        server.script.append(lambda request: Body(f"{text} {request.headers['authorization']}", 403, "text/plain"))
        with pytest.raises(errors.PermissionDeniedError) as caught:
            client.chat(QUESTION, MODEL)
        assert caught.value.body in ("*** *** Basic ***", "*** *** ***")

    def test_the_query_of_the_base_url_is_masked(
        self, make_client: MakeClient, server: FakeServer, errors: Errors
    ) -> None:
        client = make_client(base_url=f"{server.base_url}?code=abc%2Fdef0123", max_retries=0)
        server.script.append(lambda request: Body(f"no {request.path} abc/def0123", 403, "text/plain"))
        with pytest.raises(errors.PermissionDeniedError) as caught:
            client.chat(QUESTION, MODEL)
        assert "def0123" not in shown(caught.value) + repr(client)

    def test_the_query_of_a_redirect_is_masked(
        self, secret_client: ChatClient, server: FakeServer, errors: Errors
    ) -> None:
        target = "https://elsewhere.test/login?ticket=ticket-0123456789"
        server.script.append(Body("", status=302, headers={"Location": target}))
        with pytest.raises(errors.APIStatusError, match=r"elsewhere\.test/login") as caught:
            secret_client.chat(QUESTION, MODEL)
        assert "ticket-0123456789" not in shown(caught.value)

    def test_cookies_of_a_server_are_masked(
        self, secret_client: ChatClient, server: FakeServer, errors: Errors
    ) -> None:
        cookie = {"Set-Cookie": "session=session-0123456789; HttpOnly"}
        server.script += [Answer("so", headers=cookie), Body("no", 403, "text/plain", headers=cookie)]
        response = secret_client.chat(QUESTION, MODEL)
        assert "session-0123456789" not in str(dict(response.headers))
        with pytest.raises(errors.PermissionDeniedError) as caught:
            secret_client.chat(QUESTION, MODEL)
        assert "session-0123456789" not in shown(caught.value)

    def test_a_secret_in_an_error_of_a_stream_is_masked(
        self, secret_client: ChatClient, server: FakeServer, errors: Errors
    ) -> None:
        error = Data({"error": {"message": f"no {SECRET}", "code": 502}})
        server.script += [Stream((Data(chunk({"content": f"it is {SECRET}"})), last)) for last in (error, Cut())]
        for _ in range(2):
            stream = secret_client.stream(QUESTION, MODEL)
            with pytest.raises(errors.StreamInterruptedError) as caught:
                list(stream)
            assert SECRET not in shown(caught.value)
            # The answer itself is content.
            assert stream.text == f"it is {SECRET}"

    def test_the_answer_itself_is_not_masked(self, secret_client: ChatClient, server: FakeServer) -> None:
        server.script += [Answer(SECRET), Stream((Data(chunk({"content": SECRET})), DONE))]
        assert secret_client.chat(QUESTION, MODEL).text == SECRET
        assert "".join(secret_client.stream(QUESTION, MODEL)) == SECRET
