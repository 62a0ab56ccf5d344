"""The key is sent, but never shown."""

import gc
import traceback

import pytest

import ai_rust_client
from ai_rust_client import AIClient
from minimal_browser_core.testing.fake_server import Answer, Body, Data, Error, FakeServer, Stream

KEY = "sk-or-0123456789abcdef"


def test_the_key_is_in_no_repr_and_no_attribute(server: FakeServer) -> None:
    client = AIClient(KEY, base_url=server.base_url, headers={"X-Api-Key": "other-secret-value"})
    shown = [repr(client), str(client), str(dir(client)), f"{client}"]
    assert not hasattr(client, "__dict__")
    assert not any(KEY in text or "other-secret-value" in text for text in shown)
    assert repr(client) == f"AIClient(base_url='{server.base_url}', api_key='***')"


def test_without_a_key_the_repr_says_so(server: FakeServer) -> None:
    assert repr(AIClient(base_url=server.base_url)).endswith("api_key=None)")
    assert repr(AIClient("", base_url=server.base_url)).endswith("api_key=None)")


def test_credentials_in_the_base_url_are_sent_and_not_shown(server: FakeServer) -> None:
    client = AIClient(base_url=server.base_url.replace("127", "user:p%40ss-word@127"))
    client.send_request("q", "m")
    assert server.requests[0].headers["authorization"] == "Basic dXNlcjpwQHNzLXdvcmQ="
    assert repr(client) == f"AIClient(base_url='{server.base_url}', api_key='***')"


def test_a_query_in_the_base_url_is_sent_and_not_shown(server: FakeServer) -> None:
    client = AIClient(base_url=f"{server.base_url}?key=hidden-value", max_retries=0)
    client.send_request("q", "m")
    assert server.requests[0].path == "/v1/chat/completions?key=hidden-value"
    server.script.append(Error(500))
    with pytest.raises(ai_rust_client.InternalServerError) as caught:
        client.send_request("q", "m")
    assert "hidden-value" not in str(caught.value) + repr(client)


@pytest.mark.parametrize(
    "reply",
    [
        Error(401, f"no account for {KEY}"),
        Body(f"who is {KEY}?", status=403, content_type="text/plain"),
        Body(f'{{"error": {{"message": "bad key {KEY}"}}}}'),
        Body(f"<html>{KEY}</html>", content_type="text/html"),
        Body("<html>" + "x" * (200 - len("<html>") - 12) + KEY, content_type="text/html"),
        Stream((Data(f'{{"error": {{"message": "bad key {KEY}", "code": 401}}}}'),)),
        Stream((Data(f"rubbish with {KEY}"),)),
    ],
)
@pytest.mark.parametrize("streamed", [False, True])
def test_a_key_that_the_server_echoes_is_masked(server: FakeServer, reply: Body, streamed: bool) -> None:
    server.script.append(reply)
    client = AIClient(KEY, base_url=server.base_url, max_retries=0)
    with pytest.raises(ai_rust_client.AIClientError) as caught:
        list(client.stream_response("q", "m")) if streamed else client.send_request("q", "m")
    output = "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value))
    assert KEY[:8] not in output


def test_a_key_that_is_not_allowed_in_a_header_is_rejected_without_being_shown() -> None:
    with pytest.raises(ValueError, match="line break") as caught:
        AIClient(f"{KEY}\n")
    assert KEY not in str(caught.value)


def test_a_redirect_to_another_origin_does_not_get_the_key(server: FakeServer) -> None:
    with FakeServer() as elsewhere:
        location = {"Location": f"{elsewhere.base_url}/chat/completions"}
        for status in (301, 302, 307, 308):
            server.script.append(Error(status, headers=location))
            client = AIClient(KEY, base_url=server.base_url, max_retries=0)
            with pytest.raises(ai_rust_client.APIStatusError, match="set base_url"):
                client.send_request("q", "m")
        assert elsewhere.requests == []


def test_a_redirect_within_the_origin_is_followed(server: FakeServer) -> None:
    server.script += [Error(307, headers={"Location": "/v1/chat/completions?moved"}), Answer("here")]
    assert AIClient(KEY, base_url=server.base_url).send_request("q", "m") == "here"
    assert server.requests[1].headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("proxy", ["ftp://127.0.0.1:9", "sock5://127.0.0.1:9"])
def test_a_mistyped_proxy_is_rejected_and_not_bypassed(proxy: str) -> None:
    with pytest.raises(ValueError, match="socks5h"):
        AIClient(KEY, base_url="http://127.0.0.1:1/v1", proxy=proxy)


def test_a_rejected_proxy_does_not_show_its_password() -> None:
    with pytest.raises(ValueError, match="proxy") as caught:
        AIClient(proxy="http://user:proxy-password@[half")
    assert "proxy-password" not in str(caught.value)


def test_no_object_of_the_client_contains_the_key(server: FakeServer) -> None:
    client = AIClient(KEY, base_url=server.base_url)
    client.send_request("q", "m")
    assert not any(KEY in str(referent) for referent in gc.get_referents(client))
