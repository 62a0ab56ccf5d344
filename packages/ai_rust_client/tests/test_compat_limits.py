"""The limits of `ai_rust_client.compat`: what it rejects; its imports are cheap, and it never shows the key."""

import contextlib
import copy
import pickle
import socket
import traceback
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from threading import Thread
from typing import Any

import pytest

from ai_rust_client import compat
from minimal_browser_core.testing.fake_server import DONE, Answer, Data, Error, FakeServer, Hang, Pause, Stream, chunk

ASK: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "q"}]}


def refusal(reply: Any, **options: Any) -> Any:
    """The exception for a reply."""
    with FakeServer([reply]) as server, compat.OpenAI(api_key="k", base_url=server.base_url) as client:
        try:
            client.with_options(max_retries=0).chat.completions.create(**ASK, **options)
        except compat.APIError as error:
            assert len(server.requests) == 1
            return error
    raise AssertionError("nothing was raised")


def test_a_stream_is_cut_if_any_choice_has_no_finish_reason() -> None:
    other = Data({"choices": [{"index": 1, "delta": {"content": "oth"}}]})
    steps = (Data(chunk({"content": "part"})), other, Data(chunk({}, finish_reason="stop")))
    with (
        FakeServer([Stream(steps), Stream((*steps, DONE))]) as server,
        compat.OpenAI(api_key="k", base_url=server.base_url, max_retries=0) as client,
    ):
        with pytest.raises(compat.APIConnectionError, match="cut short"):
            list(client.chat.completions.create(**ASK, n=2, stream=True))
        assert len(list(client.chat.completions.create(**ASK, n=2, stream=True))) == 3


@pytest.mark.parametrize(
    ("ask", "named"),
    [
        (lambda client: client.files.list(), "OpenAI.files"),
        (lambda client: client.images, r"OpenAI.images.*in the message"),
        (lambda client: client.beta.assistants, r"Beta.assistants.*responses"),
        (lambda client: client.models.delete("m"), "Models.delete"),
        (lambda client: client.post("/x", cast_to=dict), r"OpenAI.post.*HTTP library"),
        (lambda client: client.default_query, r"OpenAI.default_query.*extra_query"),
        (lambda client: client.chat.completions.create(**ASK, extra_body={"stream": True}), "stream in extra_body"),
        (lambda client: client.with_options(http_client=object()), r"http_client.*proxy.*client_cert.*unix_socket"),
        (lambda client: compat.OpenAI(api_key="k", workload_identity={}), "workload_identity"),
    ],
)
def test_what_is_not_covered_is_named(ask: Callable[[Any], Any], named: str) -> None:
    with compat.OpenAI(api_key="k") as client, pytest.raises(compat.NotCoveredError, match=named):
        ask(client)


@pytest.mark.parametrize(
    ("module", "name", "instead"),
    [
        (compat, "chat", r"client = OpenAI\(\)"),
        (compat, "api_key", r"client = OpenAI\(\)"),
        (compat, "DefaultHttpxClient", "proxy, ca_bundle"),
        (compat, "images", "client.images"),
        (compat, "BedrockOpenAI", "OpenAI library"),
        (compat.types, "Batch", "OpenAI library"),
        (compat.types.chat, "ChatCompletionStoreMessage", "OpenAI library"),
        (compat.types.chat, "ChatCompletionListParams", "plain dicts"),
        (compat.types.responses, "ResponseTextDeltaEvent", "compare its type"),
        (compat.types.shared_params, "SomethingNew", "OpenAI library"),
    ],
)
def test_what_a_module_does_not_have_is_named(module: Any, name: str, instead: str) -> None:
    with pytest.raises(compat.NotCoveredError, match=f"{name} is not covered.*{instead}"):
        getattr(module, name)
    assert not hasattr(module, name)
    assert not hasattr(module, "__wrapped__")


def test_hasattr_is_false_for_what_is_not_covered() -> None:
    with compat.OpenAI(api_key="k") as client:
        assert not hasattr(client, "audio")


def test_connections_have_options_of_their_own() -> None:
    with FakeServer(default=Answer("a")) as server:
        options = {"base_url": server.base_url, "local_address": "127.0.0.1"}
        with compat.OpenAI(api_key="k", **options) as client:
            client.chat.completions.create(**ASK)
            client.with_options(timeout=3).models.list()
        assert len({request.connection for request in server.requests}) == 1
    for option, value in {"proxy": "foo", "ca_bundle": "/missing", "client_cert": "/missing"}.items():
        with pytest.raises((ValueError, OSError), match=r"proxy|missing"):
            compat.OpenAI(api_key="k", **{option: value})


def test_a_unix_socket_is_used(tmp_path: Path) -> None:
    with FakeServer(default=Answer("a")) as server, socket.socket(socket.AF_UNIX) as listener:
        path = tmp_path / "s"
        listener.bind(str(path))
        listener.listen()
        port = int(server.base_url.rpartition(":")[2].removesuffix("/v1"))
        Thread(target=forward, args=(listener, port), daemon=True).start()
        with compat.OpenAI(api_key="k", base_url="http://local/v1", unix_socket=path) as client:
            assert client.chat.completions.create(**ASK).choices[0].message.content == "a"


def forward(listener: socket.socket, port: int) -> None:
    """Carry the bytes of one connection between a UNIX socket and a port."""
    incoming, _ = listener.accept()
    with incoming, socket.create_connection(("127.0.0.1", port)) as outgoing:
        back = Thread(target=copy_bytes, args=(outgoing, incoming), daemon=True)
        back.start()
        copy_bytes(incoming, outgoing)
        back.join()


def copy_bytes(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


def test_an_unknown_argument_is_named() -> None:
    with compat.OpenAI(api_key="k") as client, pytest.raises(TypeError, match=r"'temprature'.*extra_body"):
        client.chat.completions.create(**ASK, temprature=1)
    with pytest.raises(TypeError, match="'api_kye'"):
        compat.OpenAI(api_kye="k")


@pytest.mark.parametrize(("key", "kind"), [("", "an empty string"), (None, "NoneType"), (7, "int")])
def test_a_function_that_returns_no_key_is_reported(key: Any, kind: str) -> None:
    with (
        compat.OpenAI(api_key=lambda: key) as client,
        pytest.raises(ValueError, match=f"must return one, not {kind}"),
    ):
        client.chat.completions.create(**ASK)


def test_an_invalid_timeout_is_reported() -> None:
    with pytest.raises(TypeError, match="timeout must be"):
        compat.OpenAI(api_key="k", timeout="soon")


@pytest.mark.parametrize(
    ("client", "call"),
    [
        ({"timeout": 0.1}, {}),
        ({"timeout": compat.Timeout(5, read=0.1)}, {}),
        ({}, {"timeout": 0.1}),
        ({}, {"timeout": compat.Timeout(5, read=0.1), "stream": True}),
    ],
)
@pytest.mark.parametrize("reply", [Hang(), Stream([Data("{}"), Hang()], content_type="text/event-stream")])
def test_a_timeout_names_the_argument_that_sets_it(client: Any, call: Any, reply: Any) -> None:
    options = {"api_key": "k", "max_retries": 0} | client
    with (
        FakeServer([reply]) as server,
        compat.OpenAI(base_url=server.base_url, **options) as openai,
        pytest.raises(compat.APITimeoutError, match=r"; timeout sets the limit \(its read") as caught,
    ):
        list(openai.chat.completions.create(**ASK, **call))
    assert "idle_timeout" not in str(caught.value)
    assert "stall_timeout" not in str(caught.value)


def test_the_repr_of_a_timeout_shows_every_kind() -> None:
    limit = compat.Timeout(9, connect=1)
    assert (limit.connect, limit.read, limit.write, limit.pool) == (1, 9, 9, 9)
    error = refusal(Hang(), timeout=compat.Timeout(None, read=0.1))
    assert isinstance(error, compat.APITimeoutError)
    assert error.__cause__.phase == "idle"  # type: ignore[union-attr]


def test_a_message_without_a_json_form_is_reported_with_its_path() -> None:
    with compat.OpenAI(api_key="k") as client, pytest.raises(TypeError, match=r"messages\[0\].content"):
        client.chat.completions.create(model="m", messages=[{"role": "user", "content": b"bytes"}])


def test_an_answer_can_be_changed_copied_compared_and_pickled() -> None:
    with FakeServer(default=Answer("a")) as server, compat.OpenAI(api_key="k", base_url=server.base_url) as client:
        first = client.chat.completions.create(**ASK)
        second = client.chat.completions.create(**ASK)
    assert first == second
    assert pickle.loads(pickle.dumps(first)) == first == copy.deepcopy(first)
    second.choices[0].message.content = "b"
    assert first != second
    assert second.model_dump()["choices"][0]["message"]["content"] == "b"
    assert first.model_copy(update={"id": "other"}).id == "other" != first.id


def test_fields_do_not_hide_methods_of_the_same_name() -> None:
    answer = Answer("a", extra={"model_dump": 1, "__class__": "x", "_request_id": "forged"})
    with FakeServer([answer]) as server, compat.OpenAI(api_key="k", base_url=server.base_url) as client:
        completion = client.chat.completions.create(**ASK)
    assert completion.model_dump()["model_dump"] == 1
    assert isinstance(completion, compat.types.ChatCompletion)
    assert completion._request_id is None


def test_the_key_is_never_shown() -> None:
    key = "sk-very-secret-0123456789"
    failure = Stream((Data(chunk({"content": "a"})), Data({"error": {"message": f"bad key {key}"}})))
    with FakeServer([Error(401, f"bad key {key}"), failure]) as server:
        client = compat.OpenAI(api_key=key, base_url=server.base_url, default_headers={"X-Api-Key": key})
        with pytest.raises(compat.AuthenticationError) as refused:
            client.chat.completions.create(**ASK)
        stream = client.chat.completions.create(**ASK, stream=True)
        with pytest.raises(compat.APIError) as reported:
            list(stream)
        shown = [repr(client), repr(vars(client)), repr(stream), repr(vars(stream)), repr(vars(client._connections))]
        client.close()
    for error in (refused.value, reported.value):
        shown += [*traceback.format_exception(error), repr(vars(error)), repr(vars(getattr(error, "response", error)))]
    assert key not in "\n".join(shown)
    assert "bad key ***" in "\n".join(shown)


def test_what_is_printed_says_what_it_is() -> None:
    with FakeServer([Answer("a")]) as server:
        url = server.base_url.replace("//", "//user:secret@")
        with compat.OpenAI(api_key="secret-key", base_url=f"{url}?key=secret") as client:
            stream = client.chat.completions.create(**ASK, stream=True)
            shown = [repr(client), repr(client.with_options(timeout=3)), repr(stream)]
    path = server.base_url
    assert shown == [f"OpenAI(base_url='{path}', api_key='***')"] * 2 + [f"<Stream POST {path}/chat/completions>"]


def test_exceptions_cross_a_process_boundary() -> None:
    error = refusal(Error(400, "no", code="c"))
    restored = pickle.loads(pickle.dumps(error))
    assert (type(restored), str(restored), restored.status_code, restored.body, restored.code) == (
        compat.BadRequestError, "Error code: 400 - no", 400, error.body, "c"
    )  # fmt: skip


def test_an_exceptions_response_has_its_status_text_and_headers_and_names_what_it_lacks() -> None:
    error = refusal(Error(429, "no", headers={"retry-after": "7", "X-RateLimit-Remaining-Requests": "0"}))
    assert (error.response.status_code, error.response.json()["error"]["message"]) == (429, "no")
    assert error.retry_after == 7
    assert error.response.headers["X-RateLimit-remaining-requests"] == "0"
    assert "Retry-After" in error.response.headers
    with pytest.raises(compat.NotCoveredError, match="elapsed"):
        _ = error.response.elapsed


def test_the_request_of_an_exception_shows_neither_password_nor_query() -> None:
    with FakeServer([Error(404)]) as server:
        url = server.base_url.replace("//", "//user:word@") + "?key=hidden"
        with compat.OpenAI(api_key="k", base_url=url) as client, pytest.raises(compat.NotFoundError) as caught:
            client.chat.completions.create(**ASK)
        assert repr(caught.value.request) == f"Request(method='POST', url='{server.base_url}/chat/completions')"


def test_calls_with_the_same_options_share_a_connection() -> None:
    with FakeServer(default=Answer("a")) as server, compat.OpenAI(api_key="k", base_url=server.base_url) as client:
        for _ in range(3):
            client.with_options(timeout=7).chat.completions.create(**ASK)
            client.chat.completions.create(**ASK, timeout=7)
    assert {request.connection for request in server.requests} == {1}


def test_importing_is_cheap(run_script: Callable[..., "CompletedProcess[str]"]) -> None:
    script = """
        import sys
        import ai_rust_client
        assert "ai_rust_client.compat" not in sys.modules
        import ai_rust_client.compat as openai
        openai.types.chat.ChatCompletion, openai.types.responses.Response, openai.types.shared_params.Metadata
        heavy = {"openai", "pydantic", "httpx", "asyncio"} & set(sys.modules)
        assert not heavy, heavy
    """
    result = run_script(script)
    assert result.returncode == 0, result.stderr


def choice(index: int, content: str, finish_reason: str | None = None) -> Data:
    return Data({"choices": [{"index": index, "delta": {"content": content}, "finish_reason": finish_reason}]})


@pytest.mark.parametrize(
    ("steps", "texts"),
    [
        pytest.param([*(choice(0, "a", "stop"), Pause(0.3)) * 9, DONE], ["a"] * 9, id="in every chunk"),
        pytest.param([choice(0, "a", "stop"), Pause(2.5), choice(0, "b"), DONE], ["a", "b"], id="early, then a pause"),
        pytest.param(
            [choice(0, "a", "stop"), Pause(2.5), choice(1, "b", "stop"), DONE], ["a", "b"], id="of two choices"
        ),
        pytest.param([choice(0, "a", "stop"), Hang()], ["a"], id="then silence"),
    ],
)
def test_a_finish_reason_is_not_the_end_of_a_stream(steps: list[Any], texts: list[str]) -> None:
    with FakeServer([Stream(tuple(steps))]) as server, compat.OpenAI(api_key="k", base_url=server.base_url) as client:
        stream = client.with_options(timeout=4).chat.completions.create(**ASK, stream=True)
        assert [chunk.choices[0].delta.content for chunk in stream] == texts
