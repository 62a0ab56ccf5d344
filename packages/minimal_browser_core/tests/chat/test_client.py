"""The Python client: the conformance suite, and tests of its implementation."""

import base64
import copy
import datetime
import gc
import os
import pickle
import re
import signal
import subprocess
import sys
import textwrap
import threading
import time
import weakref
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from minimal_browser_core import errors as our_errors
from minimal_browser_core.chat.port import ChatClient
from minimal_browser_core.chat.python.client import PythonAIClient
from minimal_browser_core.chat.python.http.retry import AttemptFailure, delay, next_model, retry_after
from minimal_browser_core.chat.timeouts import Timeouts
from minimal_browser_core.secrets import Secret
from minimal_browser_core.testing.chat_conformance import ChatClientConformance
from minimal_browser_core.testing.chat_conformance.base import MODEL, QUESTION, MakeClient
from minimal_browser_core.testing.fake_server import (
    DONE,
    Answer,
    Body,
    Cut,
    Data,
    Error,
    FakeServer,
    Hang,
    Pause,
    Reply,
    Stream,
    chunk,
)


@pytest.fixture
def make_client() -> Iterator[MakeClient]:
    with ExitStack() as clients:

        def make(**settings: Any) -> PythonAIClient:
            return clients.enter_context(closing(PythonAIClient(**settings)))

        yield make


class TestPythonAIClient(ChatClientConformance):
    @pytest.fixture
    def make_client(self, make_client: MakeClient) -> MakeClient:
        return make_client

    @pytest.fixture
    def errors(self) -> Any:
        return our_errors


# -- lifetime ----------------------------------------------------------------------------------------------------------

TEXT = Data(chunk({"content": "part"}))


def run_python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `code` in a new interpreter, with warnings as errors."""
    command = [sys.executable, "-X", "dev", "-W", "error", "-c", textwrap.dedent(code), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_making_a_client_imports_neither_httpx_nor_asyncio() -> None:
    result = run_python("""
        import sys
        from minimal_browser_core.chat.python.client import PythonAIClient
        PythonAIClient("key").close()
        print(sorted({"httpx2", "httpcore2", "asyncio", "ssl", "email", "importlib.metadata"} & set(sys.modules)))
    """)
    assert (result.stdout, result.stderr) == ("[]\n", "")


def test_no_thread_and_no_descriptor_is_left_after_many_streams() -> None:
    def descriptors() -> int:
        return len(list(Path("/proc/self/fd").iterdir())) if sys.platform == "linux" else 0

    before = set(threading.enumerate()), descriptors()
    with FakeServer(default=Answer(("a", "b"))) as server:
        with PythonAIClient(base_url=server.base_url) as client:
            for turn in range(40):
                with client.stream(QUESTION, MODEL) as stream:
                    stream.fileno()
                    if turn % 2:
                        list(stream)
            client.chat(QUESTION, MODEL)
        server.wait_for_no_connections()
    gc.collect()
    assert (set(threading.enumerate()), descriptors()) == before


@pytest.mark.parametrize("reply", [Error(500), Stream((TEXT, Cut())), Stream((TEXT, Data("rubbish")))])
def test_a_failed_stream_is_collected(make_client: MakeClient, reply: Reply) -> None:
    with FakeServer(default=reply) as server:
        client = make_client(base_url=server.base_url, max_retries=0)

        def fail() -> weakref.ref[object]:
            stream = client.stream(QUESTION, MODEL)
            with pytest.raises(our_errors.AIClientError):
                list(stream)
            return weakref.ref(stream)

        failed = fail()
        gc.collect()
        assert failed() is None


def test_a_dropped_client_does_not_break_its_stream() -> None:
    with FakeServer([Answer(tuple("abcdef"), delay=0.01)]) as server:
        stream = PythonAIClient(base_url=server.base_url).stream(QUESTION, MODEL)
        gc.collect()
        assert "".join(stream) == "abcdef"
        del stream
        gc.collect()
        assert server.wait_for_no_connections()


@pytest.mark.parametrize("reply", [Hang(), Stream((TEXT, Hang())), Answer(("a",) * 1000, delay=0.01)])
def test_the_interpreter_exits_cleanly_with_an_open_stream(reply: Reply) -> None:
    with FakeServer(default=reply) as server:
        result = run_python(
            """
            import sys
            from minimal_browser_core.chat.python.client import PythonAIClient
            client = PythonAIClient(base_url=sys.argv[1])
            streams = [client.stream_response("q", "m") for _ in range(3)]
            streams[0].fileno()
            if sys.argv[2] == "wait":
                next(streams[1])
            """,
            server.base_url,
            "go" if isinstance(reply, Hang) else "wait",
        )
        assert (result.returncode, result.stderr) == (0, "")
        assert server.wait_for_no_connections()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child_opens_new_connections_and_does_not_close_its_parents() -> None:
    with FakeServer([Answer("before"), Stream((TEXT, Pause(0.5), TEXT, DONE))]) as server:
        result = run_python(
            """
            import os, sys, warnings
            warnings.simplefilter("ignore", DeprecationWarning)
            from minimal_browser_core.chat.python.client import PythonAIClient
            client = PythonAIClient(base_url=sys.argv[1])
            client.send_request("q", "m")
            stream = client.stream_response("q", "m")
            print(next(stream), flush=True)
            child = os.fork()
            if child == 0:
                print(len(client.models()), flush=True)
                sys.exit(0)
            print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), "".join(stream), stream.text)
            """,
            server.base_url,
        )
        assert result.stdout.split() == ["part", "2", "0", "part", "partpart"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.parametrize(
    "read",
    [
        *("next(stream)", "list(stream.events())", "stream.drain()", "stream.fileno()"),
        *("asyncio.run(anext(stream))", "asyncio.run(first_event(stream))"),
    ],
)
def test_a_stream_cannot_be_read_in_a_forked_child(read: str) -> None:
    with FakeServer([Stream((TEXT, Pause(0.5), TEXT, DONE))]) as server:
        result = run_python(
            f"""
            import asyncio, os, sys, warnings
            warnings.simplefilter("ignore", DeprecationWarning)
            from minimal_browser_core.chat.python.client import PythonAIClient

            async def first_event(stream):
                return await anext(stream.aevents())

            stream = PythonAIClient(base_url=sys.argv[1]).stream_response("q", "m")
            print(next(stream), flush=True)
            if (child := os.fork()) == 0:
                try:
                    {read}
                except RuntimeError as error:
                    print(error, flush=True)
                stream.cancel()
                sys.exit(0)
            print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), "".join(stream))
            """,
            server.base_url,
        )
    sentence = "this stream belongs to the process that opened it; open a new one after a fork"
    assert result.stdout.splitlines() == ["part", sentence, "0 part"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_child_that_is_forked_while_threads_call_can_call_too() -> None:
    with FakeServer(default=Answer("so")) as server:
        result = run_python(
            """
            import os, sys, threading, warnings
            warnings.simplefilter("ignore", DeprecationWarning)
            from minimal_browser_core.chat.python.client import PythonAIClient
            client = PythonAIClient(base_url=sys.argv[1])
            client.send_request("q", "m")
            done = threading.Event()

            def call():
                while not done.is_set():
                    client.send_request("q", "m")

            threads = [threading.Thread(target=call) for _ in range(3)]
            for thread in threads:
                thread.start()
            codes = []
            for _ in range(10):
                if (child := os.fork()) == 0:
                    os._exit(0 if client.send_request("q", "m") == "so" else 1)
                codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
            done.set()
            for thread in threads:
                thread.join()
            print(codes)
            """,
            server.base_url,
        )
    assert result.stdout == f"{[0] * 10}\n"


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.achat(QUESTION, MODEL),
        lambda client: client.amodels(),
        lambda client: client.aembed("text", MODEL),
        lambda client: anext(client.stream(QUESTION, MODEL)),
    ],
    ids=["achat", "amodels", "aembed", "anext"],
)
def test_another_event_loop_than_asyncio_is_refused_with_advice(
    call: Callable[[PythonAIClient], Coroutine[Any, Any, Any]],
) -> None:
    with FakeServer() as server, PythonAIClient(base_url=server.base_url) as client:
        coroutine = call(client)
        # No event loop of asyncio runs here, as under trio.
        with pytest.raises(RuntimeError, match=r"need asyncio; under trio use .* trio\.to_thread"):
            coroutine.send(None)


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX here")
@pytest.mark.parametrize("waiting", ["client.chat([], 'm')", "list(client.stream([], 'm'))", "client.models()"])
def test_ctrl_c_ends_a_call_and_its_connection(waiting: str) -> None:
    with FakeServer(default=Hang(), models_script=[Hang()]) as server:
        # A shell makes background processes ignore the signal, which their children inherit.
        code = f"""
            import signal, sys
            from minimal_browser_core.chat.python.client import PythonAIClient
            signal.signal(signal.SIGINT, signal.default_int_handler)
            client = PythonAIClient(base_url=sys.argv[1], idle_timeout=None)
            try:
                {waiting}
            except KeyboardInterrupt:
                sys.stdin.read()
                print("interrupted")
        """
        command = [sys.executable, "-c", textwrap.dedent(code), server.base_url]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert server.wait_for_requests(1, 60)
            process.send_signal(signal.SIGINT)
            assert server.requests[0].client_left.wait(30)
            assert process.communicate(timeout=30)[0] == "interrupted\n"


def test_a_closed_stream_has_no_descriptor(make_client: MakeClient) -> None:
    with FakeServer() as server, make_client(base_url=server.base_url).stream(QUESTION, MODEL) as stream:
        pass
    with pytest.raises(ValueError, match="closed"):
        stream.fileno()


def test_a_compressed_stream_does_not_arrive_at_once() -> None:
    """64 MB that are a few hundred bytes on the network."""
    steps = (Data(chunk({"content": "x" * (32 << 10)})),) * 2000
    with (
        FakeServer([Stream((*steps, DONE), gzip=True)]) as server,
        PythonAIClient(base_url=server.base_url, max_buffered_bytes=256 << 10) as client,
    ):
        stream = client.stream(QUESTION, MODEL)
        size = len(next(stream))
        time.sleep(0.5)
        assert len(stream.text) < 8 << 20
        assert size + sum(map(len, stream)) == 2000 * (32 << 10)


# -- settings ----------------------------------------------------------------------------------------------------------


def test_a_secret_is_accepted_as_api_key() -> None:
    with FakeServer(api_key="sk-1") as server, PythonAIClient(Secret("sk-1"), base_url=server.base_url) as client:
        assert isinstance(client, ChatClient)
        assert client.chat(QUESTION, MODEL).text
        assert "sk-1" not in repr(client) + repr(vars(client)) + repr(client._config)


def test_user_and_password_of_the_base_url_are_sent_as_basic_authorization() -> None:
    with FakeServer() as server:
        url = server.base_url.replace("//", "//me:p%40ss@")
        with PythonAIClient(base_url=url) as client:
            client.chat(QUESTION, MODEL)
        assert server.requests[0].headers["authorization"] == "Basic " + base64.b64encode(b"me:p@ss").decode()
        with PythonAIClient("key", base_url=url) as client:
            client.chat(QUESTION, MODEL)
        assert server.requests[1].headers["authorization"] == "Bearer key"


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"max_retries": -1}, "max_retries"),
        ({"headers": {"a b": "c"}}, "'a b'"),
        ({"headers": {"X-A": "b\r\nX-B: c"}}, "'X-A'"),
        ({"idle_timeout": 0}, "idle_timeout"),
        ({"proxy": "ftp://host"}, "proxy"),
        ({"proxy": "http://host:port"}, "proxy"),
        ({"base_url": "http://host:port/v1"}, "base_url"),
    ],
)
def test_an_invalid_setting_is_refused_by_its_name(settings: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        PythonAIClient(**settings)


def test_user_and_password_of_a_redirect_are_masked(make_client: MakeClient) -> None:
    target = "https://someone:hunter2@elsewhere.test/login?ticket=1"
    with FakeServer([Body("", status=302, headers={"Location": target})]) as server:
        with pytest.raises(our_errors.APIStatusError) as caught:
            make_client(base_url=server.base_url).chat(QUESTION, MODEL)
        assert "it redirects to https://***@elsewhere.test/login?***;" in str(caught.value)
        assert caught.value.headers["location"] == "https://***@elsewhere.test/login?***"


@pytest.mark.parametrize("name", ["a..b", "x" * 70 + ".localhost", "\u2028"])
def test_an_invalid_host_name_raises_an_error_that_names_it(make_client: MakeClient, name: str) -> None:
    with pytest.raises(our_errors.APIConnectionError, match=f"could not connect to http://{re.escape(name)}/v1"):
        make_client(base_url=f"http://{name}/v1", max_retries=0).chat(QUESTION, MODEL)


def test_a_name_is_resolved() -> None:
    with FakeServer() as server:
        url = server.base_url.replace("127.0.0.1", "localhost")
        with PythonAIClient(base_url=url) as client:
            assert client.chat(QUESTION, MODEL).text


# -- retries -----------------------------------------------------------------------------------------------------------


def failure(status: int, **more: Any) -> AttemptFailure:
    return AttemptFailure(our_errors.APIStatusError("refused", status=status, body=more.pop("body", "")), **more)


def test_delays_double_from_half_a_second_to_eight() -> None:
    assert [delay(failure(503), tries, 9, 1.0) for tries in range(1, 8)] == [0.5, 1, 2, 4, 8, 8, 8]


def test_jitter_scales_the_delay_from_zero_to_full() -> None:
    assert delay(failure(503), 3, 9, 0.0) == 0
    assert delay(failure(503), 3, 9, 0.5) == 1


def test_only_transient_failures_are_retried() -> None:
    again = [status for status in range(400, 600) if delay(failure(status), 1, 2, 1.0) is not None]
    assert again == [408, 409, 429, *range(500, 600)]


def test_retry_after_is_respected_up_to_a_minute() -> None:
    assert delay(failure(429, retry_after=60.0), 1, 2, 0.0) == 60
    assert delay(failure(429, retry_after=61.0), 1, 2, 0.0) is None


def test_x_should_retry_overrides_the_status() -> None:
    assert delay(failure(503, should_retry=False), 1, 2, 1.0) is None
    assert delay(failure(400, should_retry=True), 1, 2, 1.0) is not None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:09 GMT"}, 9),
        ({"retry-after": "Wed, 21 Oct 2015 07:00:00 GMT"}, 0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "inf"}, None),
        ({}, None),
    ],
)
def test_all_forms_of_retry_after_are_read(headers: dict[str, str], seconds: float | None) -> None:
    now = datetime.datetime(2015, 10, 21, 7, 28, tzinfo=datetime.UTC).timestamp()
    assert retry_after(headers, now) == seconds


def test_a_bad_request_tries_the_next_model_only_if_it_is_about_the_model() -> None:
    assert next_model(failure(400, body="first is not a valid model ID"))
    assert not next_model(failure(400, body="temperature must be positive"))
    assert not next_model(failure(404, delivered=True))


def test_an_unknown_timeout_of_a_call_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(TypeError, match="no timeout read; it has connect, idle, first_token, stall, end, total"):
        Timeouts(read=5)  # type: ignore[call-arg]
    timeouts = Timeouts(idle=5, total=None)
    assert pickle.loads(pickle.dumps(timeouts)) == copy.deepcopy(timeouts) == timeouts != Timeouts()
