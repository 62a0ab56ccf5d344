import gzip
import http.client
import json
import re
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from minimal_browser_core.testing.fake_server import (
    DONE,
    Answer,
    Body,
    Bytes,
    Comment,
    Cut,
    Data,
    Error,
    FakeServer,
    Hang,
    Model,
    Pause,
    Raw,
    Request,
    ScriptError,
    Stream,
    ToolCall,
    Usage,
    load_script,
)

USER = {"model": "m", "messages": [{"role": "user", "content": "hello there"}]}


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer() as server:
        yield server


def connect(server: FakeServer) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", urlsplit(server.base_url).port, timeout=30)


def ask(server: FakeServer, *, stream: bool = False, **more: Any) -> tuple[int, dict[str, str], bytes]:
    connection = connect(server)
    try:
        body = json.dumps(USER | {"stream": stream} | more)
        connection.request("POST", "/v1/chat/completions", body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()
    finally:
        connection.close()


def events(body: bytes) -> list[Any]:
    data = [line.removeprefix("data: ") for line in body.decode().split("\n") if line.startswith("data: ")]
    return [line if line == "[DONE]" else json.loads(line) for line in data]


def deltas(body: bytes) -> list[dict[str, Any]]:
    return [choice["delta"] for event in events(body)[:-1] for choice in event["choices"]]


# -- replies -----------------------------------------------------------------------------------------------------------


def test_replies_are_served_in_order_and_then_the_default() -> None:
    with FakeServer([Answer("one"), Answer("two")], default=Answer("default")) as server:
        texts = [json.loads(ask(server)[2])["choices"][0]["message"]["content"] for _ in range(4)]
    assert texts == ["one", "two", "default", "default"]


def test_repeat_starts_again_after_the_last_reply() -> None:
    with FakeServer([Answer("one"), Answer("two")], repeat=True) as server:
        texts = [json.loads(ask(server)[2])["choices"][0]["message"]["content"] for _ in range(3)]
    assert texts == ["one", "two", "one"]


def test_a_reply_may_depend_on_the_request(server: FakeServer) -> None:
    server.script.append(lambda request: Answer(request.model.upper()))
    assert json.loads(ask(server)[2])["choices"][0]["message"]["content"] == "M"


def test_an_answer_is_one_object_or_a_stream_as_requested(server: FakeServer) -> None:
    answer = Answer(("He", "llo"), reasoning=("hm",), usage=Usage(1, 2, cost=0.5), finish_reason="length")
    server.script += [answer, answer]
    whole = json.loads(ask(server)[2])
    assert whole["choices"][0]["message"] == {"role": "assistant", "content": "Hello", "reasoning": "hm"}
    assert (whole["choices"][0]["finish_reason"], whole["usage"]["total_tokens"]) == ("length", 3)
    status, headers, body = ask(server, stream=True)
    assert (status, headers["Content-Type"]) == (200, "text/event-stream")
    assert deltas(body) == [
        {"role": "assistant", "content": ""},
        {"reasoning": "hm"},
        *({"content": c} for c in ("He", "llo")),
        {},
    ]
    assert events(body)[-2]["usage"]["cost"] == 0.5
    assert events(body)[-1] == "[DONE]"


def test_tool_calls_are_split_over_deltas_by_index(server: FakeServer) -> None:
    calls = (ToolCall("f", '{"a": 1}', "c1", pieces=4), ToolCall("g", "{}", "c2", pieces=1))
    server.script.append(Answer(tool_calls=calls))
    pieces = [call for delta in deltas(ask(server, stream=True)[2]) for call in delta.get("tool_calls", [])]
    assert [piece["index"] for piece in pieces] == [0, 0, 0, 0, 0, 1, 1]
    assert "".join(p["function"]["arguments"] for p in pieces if p["index"] == 0) == '{"a": 1}'
    assert [p["id"] for p in pieces if "id" in p] == ["c1", "c2"]


def test_the_same_request_gives_the_same_bytes(server: FakeServer) -> None:
    assert ask(server, stream=True) == ask(server, stream=True)


def test_errors_have_status_headers_and_a_json_body(server: FakeServer) -> None:
    server.script.append(Error(429, "slow down", code="rate_limited", headers={"Retry-After": "3"}))
    status, headers, body = ask(server)
    assert (status, headers["Retry-After"]) == (429, "3")
    assert json.loads(body)["error"] == {"message": "slow down", "type": "server_error", "code": "rate_limited"}


def test_steps_are_sent_unchanged(server: FakeServer) -> None:
    steps = (Comment("wait"), Data("a\nb", event="x"), Data({"é": 1}), Bytes(b"\xff\r"), DONE)
    server.script.append(Stream(steps))
    expected = b": wait\n\nevent: x\ndata: a\ndata: b\n\n" + 'data: {"é":1}\n\n'.encode() + b"\xff\rdata: [DONE]\n\n"
    assert ask(server)[2] == expected


def test_bodies_can_be_compressed(server: FakeServer) -> None:
    server.script += [Body("text" * 100, gzip=True), Answer("abc", gzip=True)]
    _, headers, body = ask(server)
    assert (headers["Content-Encoding"], gzip.decompress(body)) == ("gzip", b"text" * 100)
    assert events(gzip.decompress(ask(server, stream=True)[2]))[-1] == "[DONE]"


def test_a_stream_can_end_with_its_connection(server: FakeServer) -> None:
    server.script.append(Stream((DONE,), framing="close"))
    _, headers, body = ask(server)
    assert body == b"data: [DONE]\n\n"
    assert "Transfer-Encoding" not in headers
    assert "Content-Length" not in headers


def test_a_connection_can_be_cut_in_the_middle(server: FakeServer) -> None:
    server.script += [Answer("abc", cut_after=2), Body("0123456789", cut_after=4)]
    with pytest.raises(http.client.IncompleteRead) as streamed:
        ask(server, stream=True)
    assert len(events(streamed.value.partial + b"data: [DONE]")) == 3
    with pytest.raises(http.client.IncompleteRead) as whole:
        ask(server)
    assert whole.value.partial == b"0123"


def test_a_connection_can_be_cut_before_the_head(server: FakeServer) -> None:
    server.script += [Cut(), Cut(reset=True)]
    with pytest.raises(http.client.RemoteDisconnected):
        ask(server)
    with pytest.raises(ConnectionResetError):
        ask(server)


def test_raw_replies_send_only_their_bytes(server: FakeServer) -> None:
    server.script.append(Raw((Bytes(b"HTTP/1.0 200 "), Pause(0.01), Bytes(b"Fine\r\n\r\nbody"))))
    status, headers, body = ask(server)
    assert (status, headers, body) == (200, {}, b"body")


def test_models_are_listed() -> None:
    with FakeServer(models=["a", Model("b", "Bee", 10)]) as server:
        connection = connect(server)
        connection.request("GET", "/v1/models")
        listed = json.loads(connection.getresponse().read())
        connection.close()
    assert listed["data"] == [
        {"id": "a", "object": "model"},
        {"id": "b", "object": "model", "name": "Bee", "context_length": 10},
    ]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/", None, 404),
        ("GET", "/v1/chat/completions", None, 405),
        ("POST", "/v1/models", "{}", 405),
        ("POST", "/v1/chat/completions", "{oops", 400),
        ("POST", "/v1/chat/completions", "[]", 400),
        ("HEAD", "/v1/models", None, 200),
    ],
)
def test_invalid_requests_are_refused_with_a_message(
    server: FakeServer, method: str, path: str, body: str | None, status: int
) -> None:
    connection = connect(server)
    connection.request(method, path, body)
    response = connection.getresponse()
    response.read()
    connection.close()
    assert response.status == status


def test_bytes_that_are_not_http_are_refused(server: FakeServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as sock:
        sock.sendall(b"hello\r\n\r\n")
        assert sock.recv(100).startswith(b"HTTP/1.1 400")


def test_a_key_can_be_required() -> None:
    with FakeServer(api_key="right") as server:
        connection = connect(server)
        connection.request("POST", "/v1/chat/completions", "{}", {"Authorization": "Bearer wrong"})
        response = connection.getresponse()
        assert (response.status, json.loads(response.read())["error"]["code"]) == (401, "invalid_api_key")
        connection.close()


def test_a_chunked_request_is_read(server: FakeServer) -> None:
    connection = connect(server)
    connection.request("POST", "/v1/chat/completions", iter([b'{"model":', b' "x"}']), encode_chunked=True)
    assert json.loads(connection.getresponse().read())["model"] == "x"
    connection.close()


# -- the default -------------------------------------------------------------------------------------------------------


def test_the_echo_repeats_the_last_user_message_and_describes_the_request(server: FakeServer) -> None:
    messages = [
        {"role": "system", "content": "be brief"},
        {"role": "user", "content": [{"type": "text", "text": "one two"}]},
    ]
    tools = [{"type": "function", "function": {"name": "navigate"}}]
    text = json.loads(ask(server, messages=messages, tools=tools)[2])["choices"][0]["message"]["content"]
    assert text == "You said: one two\n\n*(2 messages, 4 words, tools: navigate)*"


def test_the_echo_streams_word_by_word(server: FakeServer) -> None:
    contents = [delta.get("content") for delta in deltas(ask(server, stream=True)[2])]
    assert contents[:4] == ["", "You ", "said: ", "hello "]


def test_the_echo_calls_the_tool_that_a_line_names(server: FakeServer) -> None:
    tools = [{"type": "function", "function": {"name": "navigate"}}]
    messages = [{"role": "user", "content": 'please\nnavigate {"url": "https://example.com"}'}]
    choice = json.loads(ask(server, messages=messages, tools=tools)[2])["choices"][0]
    assert choice["message"]["tool_calls"][0]["function"] == {
        "name": "navigate",
        "arguments": '{"url": "https://example.com"}',
    }
    assert choice["finish_reason"] == "tool_calls"
    choice = json.loads(ask(server, messages=messages)[2])["choices"][0]
    assert "tool_calls" not in choice["message"]


@pytest.mark.parametrize("body", [{}, {"messages": None}, {"messages": [1, {"role": "user"}], "tools": [1, {}]}])
def test_the_echo_accepts_any_request(server: FakeServer, body: dict[str, Any]) -> None:
    connection = connect(server)
    connection.request("POST", "/v1/chat/completions", json.dumps(body))
    assert connection.getresponse().status == 200
    connection.close()


# -- recorded requests -------------------------------------------------------------------------------------------------


def test_requests_are_recorded(server: FakeServer) -> None:
    seen: list[Request] = []
    server.on_request = seen.append
    ask(server, stream=True, temperature=1)
    assert server.wait_for_requests(1)
    request = server.requests[0]
    assert (request.method, request.path, request.connection) == ("POST", "/v1/chat/completions", 1)
    assert request.headers["content-type"] == "application/json"
    assert request.json == USER | {"stream": True, "temperature": 1}
    assert request.wants_stream
    assert seen == [request]


@pytest.mark.parametrize("reply", [Hang(), Stream((DONE, Hang())), Stream((DONE, Pause(60))), Body("", head_delay=60)])
def test_a_disconnected_client_is_detected(server: FakeServer, reply: Any) -> None:
    server.script.append(reply)
    connection = connect(server)
    connection.request("POST", "/v1/chat/completions", "{}")
    assert server.wait_for_requests(1)
    assert not server.requests[0].client_left.is_set()
    connection.close()
    assert server.requests[0].client_left.wait(10)
    assert server.wait_for_no_connections()


def test_a_client_that_disconnects_during_a_large_reply_is_detected(
    server: FakeServer, capfd: pytest.CaptureFixture[str]
) -> None:
    server.script.append(Stream((Bytes(b"x" * 65536),) * 1000))
    connection = connect(server)
    connection.request("POST", "/v1/chat/completions", "{}")
    connection.getresponse().read(10)
    connection.close()
    assert server.requests[0].client_left.wait(10)
    assert server.wait_for_no_connections()
    assert capfd.readouterr().err == ""


# -- closing -----------------------------------------------------------------------------------------------------------


def test_closing_ends_every_thread(capfd: pytest.CaptureFixture[str]) -> None:
    before = set(threading.enumerate())
    server = FakeServer([Hang(), Stream((DONE, Pause(600))), Stream((Bytes(b"x" * 65536),) * 1000)])
    clients = [connect(server) for _ in range(4)]
    for client in clients[:3]:
        client.request("POST", "/v1/chat/completions", "{}")
    clients[3].connect()
    assert server.wait_for_requests(3)
    server.close()
    server.close()
    assert set(threading.enumerate()) == before
    for client in clients:
        client.close()
    assert capfd.readouterr().err == ""


def test_a_closed_server_accepts_nobody(server: FakeServer) -> None:
    server.close()
    with pytest.raises(ConnectionRefusedError):
        ask(server)


# -- the command and its scripts ---------------------------------------------------------------------------------------

SCRIPT = {
    "models": ["a", {"id": "b", "context_length": 10}],
    "replies": [
        {"reply": "answer", "text": ["x", "y"], "tool_calls": [{"name": "f"}], "usage": {"cost": 1}, "delay": 1},
        {"reply": "error", "status": 429, "headers": {"Retry-After": "1"}, "code": 7},
        {"reply": "body", "body": "<h1>", "content_type": "text/html", "cut_after": 2},
        {
            "reply": "stream",
            "steps": [{"step": "data", "payload": {"a": 1}}, {"step": "data", "payload": "b"}, {"step": "hang"}],
        },
        {"reply": "raw", "steps": [{"step": "bytes", "data": "é"}, {"step": "cut", "reset": True}]},
        {"reply": "hang"},
    ],
    "repeat": True,
    "default": {"reply": "answer", "text": "rest"},
}


def test_a_script_file_supports_all_fields_of_the_classes(tmp_path: Path) -> None:
    path = tmp_path / "script.json"
    path.write_text(json.dumps(SCRIPT))
    script = load_script(path)
    assert script.replies == (
        Answer(("x", "y"), tool_calls=(ToolCall("f"),), usage=Usage(cost=1.0), delay=1.0),
        Error(429, headers={"Retry-After": "1"}, code=7),
        Body("<h1>", content_type="text/html", cut_after=2),
        Stream((Data({"a": 1}), Data("b"), Hang())),
        Raw((Bytes("é".encode()), Cut(reset=True))),
        Hang(),
    )
    assert (script.repeat, script.default) == (True, Answer("rest"))
    assert script.models == (Model("a"), Model("b", None, 10))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{oops", "Expecting property name"),
        ("[]", "must be a JSON object"),
        ('{"reply": []}', "no key 'reply'"),
        ('{"replies": {}}', "replies must be an array"),
        ('{"replies": [{"reply": "anser"}]}', r"replies\[0\] must be an object whose 'reply' is one of answer, error"),
        ('{"replies": [{"reply": "answer", "txt": "a"}]}', r"replies\[0\] has no key 'txt'"),
        ('{"replies": [{"reply": "answer", "text": 3}]}', r"replies\[0\]\.text must be a string, not 3"),
        ('{"replies": [{"reply": "stream"}]}', r"replies\[0\] needs a key 'steps'"),
        (
            '{"replies": [{"reply": "stream", "steps": [{"step": "raw"}]}]}',
            r"replies\[0\]\.steps\[0\] must be an object",
        ),
        ('{"replies": [{"reply": "error", "status": true}]}', r"replies\[0\]\.status must be an integer, not true"),
        ('{"models": [{"name": "x"}]}', r"models\[0\] needs a key 'id'"),
        ('{"repeat": 1}', "repeat must be true or false"),
    ],
)
def test_an_invalid_script_is_refused_with_the_place(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "script.json"
    path.write_text(text)
    with pytest.raises(ScriptError, match=complaint) as caught:
        load_script(path)
    assert str(path) in str(caught.value)


COMMAND = [sys.executable, "-m", "minimal_browser_core.testing.fake_server"]


def test_the_command_prints_its_url_and_serves_until_it_is_interrupted(tmp_path: Path) -> None:
    path = tmp_path / "script.json"
    path.write_text('{"replies": [{"reply": "answer", "text": "from the file"}]}')
    with subprocess.Popen(
        [*COMMAND, "--script", path],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell makes background processes ignore the signal, which their children inherit.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stdout is not None
        assert select.select([process.stdout], [], [], 60)[0]
        url = process.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/v1", url)
        connection = http.client.HTTPConnection("127.0.0.1", urlsplit(url).port, timeout=30)
        connection.request("POST", "/v1/chat/completions", json.dumps(USER))
        assert b"from the file" in connection.getresponse().read()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
        connection.close()
    assert (process.returncode, err) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--script", "missing.json"], "missing.json"),
        (["--port", "70000"], "70000 is not a port"),
        (["--port", "x"], "invalid"),
        (["--what"], "unrecognized arguments"),
    ],
)
def test_an_invalid_command_line_prints_no_traceback(arguments: list[str], complaint: str) -> None:
    result = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=60)
    assert result.returncode == 2
    assert complaint in result.stderr
    assert "Traceback" not in result.stderr


def test_help_describes_the_script_file() -> None:
    result = subprocess.run([*COMMAND, "--help"], capture_output=True, text=True, timeout=60)
    assert result.returncode == 0
    assert '"replies": [' in result.stdout
