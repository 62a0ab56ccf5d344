"""Embeddings: requests, batches, formats, and the result as a sequence and as a buffer."""

import asyncio
import copy
import ctypes
import json
import pickle
import struct
import threading
import time
from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from minimal_browser_core.testing.fake_server import Body, Error, FakeServer, Hang, Request, Usage, Vectors
from minimal_browser_core.testing.fake_server.embeddings import to_base64

from .base import KEY, ChatSuite, Errors, MakeClient

MODEL = "test/embedding"
ONE, TWO, THREE = (0.5, -1.25, 2.0), (1.0, 0.0, -0.125), (3.0, 4.0, 8.0)


def document(data: list[Any], **fields: Any) -> Body:
    """Return a reply with these `data`."""
    return Body(json.dumps({"object": "list", "data": data, "model": MODEL} | fields))


def entry(index: int, embedding: Any) -> dict[str, Any]:
    """Return one element of the `data` of a reply."""
    return {"object": "embedding", "index": index, "embedding": embedding}


def rows(embeddings: Iterable[Sequence[float]]) -> list[tuple[float, ...]]:
    """Return the vectors as tuples."""
    return [tuple(vector) for vector in embeddings]


def number_of(text: str) -> int:
    """Return the number in a text of `texts`."""
    return int(text.split()[1])


def texts(count: int) -> list[str]:
    """Return different texts with their numbers."""
    return [f"text {number}" for number in range(count)]


def numbered_vectors(request: Request) -> Vectors:
    """Reply with vectors that begin with the number of their text."""
    numbers = [number_of(text) for text in request.json["input"]]
    return Vectors(tuple((float(number), 1.0) for number in numbers), usage=Usage(len(numbers), 0))


class Embeddings(ChatSuite):
    """`embed` and `aembed`."""

    # The port does not have these methods: the browser does not use them.
    @pytest.fixture
    def client(self, make_client: MakeClient, server: FakeServer) -> Any:
        return make_client(api_key=KEY, base_url=server.base_url, max_retries=0)

    # -- the request ---------------------------------------------------------------------------------------------------

    def test_texts_become_vectors_in_their_order(self, client: Any, server: FakeServer) -> None:
        server.script.append(Vectors((ONE, TWO), usage=Usage(7, 0), model="test/embedding-v2"))
        result = client.embed(["one", "two"], MODEL)
        assert rows(result) == [ONE, TWO]
        assert (result.dimensions, result.model) == (3, "test/embedding-v2")
        assert (result.usage.prompt_tokens, result.usage.total_tokens) == (7, 7)
        request = server.requests[0]
        assert (request.method, request.path) == ("POST", "/v1/embeddings")
        assert request.json == {"model": MODEL, "input": ["one", "two"], "encoding_format": "base64"}
        assert request.headers["authorization"] == f"Bearer {KEY}"
        assert request.headers["content-type"] == "application/json"

    def test_one_text_is_one_vector(self, client: Any, server: FakeServer) -> None:
        server.script.append(Vectors((ONE,)))
        assert rows(client.embed("one", MODEL)) == [ONE]
        assert server.requests[0].json["input"] == ["one"]

    def test_any_sequence_of_texts_is_taken(self, client: Any, server: FakeServer) -> None:
        assert len(client.embed(("one", "two", "thrée 🦀"), MODEL)) == 3
        assert server.requests[0].json["input"] == ["one", "two", "thrée 🦀"]

    def test_dimensions_and_other_options_are_sent(self, client: Any, server: FakeServer) -> None:
        result = client.embed("one", MODEL, dimensions=5, user="me", input_type="query")
        assert result.dimensions == 5
        sent = server.requests[0].json
        assert (sent["dimensions"], sent["user"], sent["input_type"]) == (5, "me", "query")

    def test_the_format_can_be_chosen(self, client: Any, server: FakeServer) -> None:
        server.script.append(Vectors((ONE,)))
        assert rows(client.embed("one", MODEL, encoding_format="float")) == [ONE]
        assert server.requests[0].json["encoding_format"] == "float"

    @pytest.mark.parametrize("nothing", [[], (), ""])
    def test_an_empty_input_is_refused(self, client: Any, server: FakeServer, nothing: Any) -> None:
        with pytest.raises(ValueError, match="input is empty"):
            client.embed(nothing, MODEL)
        assert not server.requests

    @pytest.mark.parametrize(
        ("wrong", "place"),
        [
            (["one", 2], r"input\[1\]"),
            (["one", None], r"input\[1\]"),
            (3, "input"),
            (b"bytes", "input"),
            (None, "input"),
        ],
    )
    def test_what_is_not_text_is_refused_with_its_place(self, client: Any, wrong: Any, place: str) -> None:
        with pytest.raises(TypeError, match=place):
            client.embed(wrong, MODEL)

    @pytest.mark.parametrize(
        ("options", "error", "name"),
        [
            ({"batch_size": 0}, ValueError, "batch_size"),
            ({"batch_size": -1}, ValueError, "batch_size"),
            ({"batch_size": "2"}, TypeError, "batch_size"),
            ({"dimensions": "2"}, TypeError, "dimensions"),
            ({"dimensions": 0}, ValueError, "dimensions"),
        ],
    )
    def test_a_wrong_argument_is_refused_by_its_name(
        self, client: Any, options: dict[str, Any], error: type[Exception], name: str
    ) -> None:
        with pytest.raises(error, match=name):
            client.embed("one", MODEL, **options)

    # -- the formats of answers ----------------------------------------------------------------------------------------

    def test_lists_of_numbers_are_read_too(self, client: Any, server: FakeServer) -> None:
        server.script.append(document([entry(0, [0.5, -1.25, 2]), entry(1, to_base64(TWO))]))
        assert rows(client.embed(["one", "two"], MODEL)) == [ONE, TWO]

    def test_numbers_are_rounded_to_single_precision(self, client: Any, server: FakeServer) -> None:
        server.script.append(document([entry(0, [0.1, 1e-50, 3])]))
        assert rows(client.embed("one", MODEL)) == [struct.unpack("<3f", struct.pack("<3f", 0.1, 0, 3))]

    def test_the_index_is_the_order(self, client: Any, server: FakeServer) -> None:
        entries = [entry(2, to_base64(THREE)), {"embedding": to_base64(ONE), "index": 0}, entry(1, list(TWO))]
        server.script.append(document(entries))
        assert rows(client.embed(texts(3), MODEL)) == [ONE, TWO, THREE]

    def test_without_an_index_the_place_is_the_order(self, client: Any, server: FakeServer) -> None:
        server.script.append(document([{"embedding": list(ONE)}, {"embedding": list(TWO), "index": None}]))
        assert rows(client.embed(["one", "two"], MODEL)) == [ONE, TWO]

    @pytest.mark.parametrize("usage", [None, {}, "", [], {"prompt_tokens": "", "total_tokens": {}}])
    def test_an_odd_usage_is_ignored(self, client: Any, server: FakeServer, usage: Any) -> None:
        server.script.append(document([entry(0, list(ONE))], usage=usage, model=None, object=7))
        result = client.embed("one", MODEL)
        assert rows(result) == [ONE]
        assert result.model == MODEL
        assert result.usage is None or result.usage.prompt_tokens == 0

    def test_without_usage_there_is_none(self, client: Any, server: FakeServer) -> None:
        server.script.append(Vectors((ONE,), usage=None))
        assert client.embed("one", MODEL).usage is None

    @pytest.mark.parametrize(
        "data",
        [
            [],
            [entry(0, list(ONE))],
            [entry(0, list(ONE)), entry(0, list(TWO))],
            [entry(0, list(ONE)), entry(2, list(TWO))],
            [entry(0, list(ONE)), entry(-1, list(TWO))],
            [entry(0, list(ONE)), entry(1, list(TWO)), entry(2, list(THREE))],
            [entry(0, list(ONE)), entry(1, [1.0, 2.0])],
            [entry(0, list(ONE)), entry(1, [])],
            [entry(0, []), entry(1, [])],
            [entry(0, list(ONE)), entry(1, "not base64!")],
            [entry(0, list(ONE)), entry(1, "AAAA")],
            [entry(0, list(ONE)), entry(1, [1.0, "2", 3.0])],
            [entry(0, list(ONE)), entry(1, [1.0, None, 3.0])],
            [entry(0, list(ONE)), entry(1, None)],
            [entry(0, list(ONE)), {"index": 1}],
            [entry(0, list(ONE)), None],
        ],
    )
    def test_a_missing_or_invalid_vector_is_an_error(
        self, client: Any, server: FakeServer, errors: Errors, data: list[Any]
    ) -> None:
        server.script.append(document(data))
        with pytest.raises(errors.ProtocolError, match="embedding"):
            client.embed(["one", "two"], MODEL)

    @pytest.mark.parametrize("body", ["<html>Welcome</html>", "{}", '{"data": {}}', "[]", "", '{"data": [{"index":'])
    def test_an_answer_of_another_kind_is_an_error(
        self, client: Any, server: FakeServer, errors: Errors, body: str
    ) -> None:
        server.script.append(Body(body))
        with pytest.raises(errors.ProtocolError, match="embeddings"):
            client.embed("one", MODEL)

    # -- batches -------------------------------------------------------------------------------------------------------

    def test_many_texts_are_sent_in_batches(self, client: Any, server: FakeServer) -> None:
        server.default = numbered_vectors
        result = client.embed(texts(5), MODEL, batch_size=2)
        assert rows(result) == [(float(number), 1.0) for number in range(5)]
        assert result.usage.total_tokens == 5
        batches = sorted(request.json["input"] for request in server.requests)
        assert batches == [["text 0", "text 1"], ["text 2", "text 3"], ["text 4"]]

    def test_a_batch_has_256_texts(self, client: Any, server: FakeServer) -> None:
        assert len(client.embed(texts(257), MODEL, dimensions=2)) == 257
        assert sorted(len(request.json["input"]) for request in server.requests) == [1, 256]

    def test_at_most_four_batches_are_in_flight(self, client: Any, server: FakeServer) -> None:
        lock = threading.Lock()
        running, most = 0, 0

        def reply(request: Request) -> Vectors:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            # The first batches are answered last.
            time.sleep(0.05 if number_of(request.json["input"][0]) > 3 else 0.2)
            with lock:
                running -= 1
            return numbered_vectors(request)

        server.default = reply
        result = client.embed(texts(10), MODEL, batch_size=1)
        assert [vector[0] for vector in result] == list(range(10))
        assert most == 4

    def test_batches_of_different_dimensions_are_an_error(
        self, client: Any, server: FakeServer, errors: Errors
    ) -> None:
        server.default = lambda request: Vectors((ONE if request.json["input"] == ["text 0"] else (1.0,),))
        with pytest.raises(errors.ProtocolError, match="dimensions"):
            client.embed(texts(2), MODEL, batch_size=1)

    def test_a_failed_batch_ends_the_call(self, client: Any, server: FakeServer, errors: Errors) -> None:
        def reply(request: Request) -> Any:
            return Error(400, "text 1 is too long") if "text 1" in request.json["input"] else Hang()

        server.default = reply
        with pytest.raises(errors.BadRequestError, match="text 1 is too long"):
            client.embed(texts(3), MODEL, batch_size=1)
        hanging = [request for request in server.requests if "text 1" not in request.json["input"]]
        assert all(request.client_left.wait(10) for request in hanging)

    # -- failures ------------------------------------------------------------------------------------------------------

    def test_each_batch_is_retried(self, make_client: MakeClient, server: FakeServer) -> None:
        client: Any = make_client(base_url=server.base_url)
        server.script += [Error(503, headers={"retry-after-ms": "10"}), Error(429, headers={"retry-after-ms": "10"})]
        server.default = numbered_vectors
        assert len(client.embed(texts(3), MODEL, batch_size=1)) == 3
        assert len(server.requests) == 5

    def test_an_error_has_the_same_classes_as_in_chat(self, client: Any, server: FakeServer, errors: Errors) -> None:
        server.script += [Error(401, f"wrong key {KEY}"), Error(429, headers={"retry-after": "3"})]
        with pytest.raises(errors.AuthenticationError, match=r"wrong key \*\*\*"):
            client.embed("one", MODEL)
        with pytest.raises(errors.RateLimitError) as caught:
            client.embed("one", MODEL)
        assert (caught.value.retry_after, len(caught.value.attempts)) == (3, 1)

    def test_an_error_in_a_successful_answer_is_raised(self, client: Any, server: FakeServer, errors: Errors) -> None:
        server.script.append(Body('{"error": {"message": "no such model", "code": 404}}'))
        with pytest.raises(errors.NotFoundError, match="no such model"):
            client.embed("one", MODEL)

    def test_silence_is_a_timeout(self, make_client: MakeClient, server: FakeServer, errors: Errors) -> None:
        client: Any = make_client(base_url=server.base_url, max_retries=0, idle_timeout=0.2)
        server.script.append(Hang())
        with pytest.raises(errors.APITimeoutError) as caught:
            client.embed("one", MODEL)
        assert caught.value.phase == "idle"

    def test_the_total_timeout_is_for_all_batches(
        self, make_client: MakeClient, server: FakeServer, errors: Errors
    ) -> None:
        client: Any = make_client(base_url=server.base_url, max_retries=0, total_timeout=0.5)
        server.default = lambda request: Vectors((ONE,), head_delay=0.2)
        started = time.monotonic()
        with pytest.raises(errors.APITimeoutError) as caught:
            client.embed(texts(40), MODEL, batch_size=1)
        assert caught.value.phase == "total"
        assert time.monotonic() - started < 1.5

    def test_options_of_the_call_are_those_of_chat(
        self, make_client: MakeClient, server: FakeServer, errors: Errors
    ) -> None:
        client: Any = make_client(base_url=server.base_url, max_retries=0, headers={"X-One": "1"})
        server.script.append(Error(503, headers={"retry-after-ms": "10"}))
        client.embed(
            "one",
            MODEL,
            max_retries=1,
            extra_headers={"x-one": "2"},
            extra_query={"version": "3"},
            extra_body={"user": "me"},
        )
        sent = server.requests[-1]
        assert (sent.headers["x-one"], sent.path, sent.json["user"]) == ("2", "/v1/embeddings?version=3", "me")
        server.script.append(Hang())
        with pytest.raises(errors.APITimeoutError) as caught:
            client.embed("one", MODEL, timeout=0.2)
        assert caught.value.phase == "total"
        with pytest.raises(ValueError, match="input"):
            client.embed("one", MODEL, extra_body={"input": "two"})

    # -- asyncio -------------------------------------------------------------------------------------------------------

    async def test_aembed_is_embed_for_asyncio(self, client: Any, server: FakeServer) -> None:
        server.default = numbered_vectors
        assert rows(await client.aembed(texts(3), MODEL, batch_size=2)) == [(0, 1), (1, 1), (2, 1)]

    async def test_aembed_raises_what_embed_raises(self, client: Any, server: FakeServer, errors: Errors) -> None:
        server.script.append(Error(402))
        with pytest.raises(errors.InsufficientCreditsError):
            await client.aembed("one", MODEL)
        with pytest.raises(ValueError, match="input is empty"):
            await client.aembed([], MODEL)

    async def test_cancelling_the_task_closes_the_connections(self, client: Any, server: FakeServer) -> None:
        server.default = Hang()
        task = asyncio.create_task(client.aembed(texts(3), MODEL, batch_size=1))
        assert await asyncio.to_thread(server.wait_for_requests, 3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(server.wait_for_no_connections)

    # -- the result ----------------------------------------------------------------------------------------------------

    @pytest.fixture
    def result(self, client: Any, server: FakeServer) -> Any:
        server.script.append(Vectors((ONE, TWO, THREE)))
        return client.embed(texts(3), MODEL)

    def test_the_result_is_a_sequence(self, result: Any) -> None:
        assert issubclass(type(result), Sequence)
        assert len(result) == 3
        assert tuple(result[1]) == TWO
        assert tuple(result[-1]) == THREE
        assert rows(result[1:]) == [TWO, THREE]
        assert rows(result[::-2]) == [THREE, ONE]
        assert rows(reversed(result)) == [THREE, TWO, ONE]
        assert (result.index(result[1]), result.count(result[2])) == (1, 1)
        assert result[2] in result
        for index in (3, -4):
            with pytest.raises(IndexError):
                result[index]
        with pytest.raises(TypeError):
            result["1"]

    def test_a_vector_is_a_sequence_of_floats(self, result: Any) -> None:
        assert issubclass(type(result[0]), Sequence)
        assert len(result[0]) == 3
        assert result[0][1] == -1.25
        assert all(type(value) is float for value in result[0])
        assert memoryview(result[0]).format == "f"

    def test_a_vector_outlives_the_result(self, client: Any) -> None:
        vector = client.embed("one", MODEL, dimensions=2)[0]
        assert len(tuple(vector)) == 2

    def test_arrays_read_it_without_a_copy(self, result: Any) -> None:
        address, shape, values = _array_view(result)
        assert shape == (3, 3)
        assert values == [*ONE, *TWO, *THREE]
        assert _array_view(result)[0] == address

    def test_the_repr_shows_the_shape_and_not_the_values(self, result: Any) -> None:
        assert repr(result) == "Embeddings(3 texts, 3 dimensions, model='test/embedding')"

    def test_it_can_be_copied_and_pickled(self, result: Any) -> None:
        for copied in (copy.copy(result), copy.deepcopy(result), pickle.loads(pickle.dumps(result))):  # noqa: S301
            assert rows(copied) == [ONE, TWO, THREE]
            assert (copied.dimensions, copied.model, copied.usage) == (3, MODEL, result.usage)

    @pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan")])
    def test_a_vector_with_a_value_that_is_no_number_is_refused(
        self, client: Any, server: FakeServer, errors: Errors, value: float
    ) -> None:
        server.script.append(document([entry(0, to_base64((1.0, value)))]))
        with pytest.raises(errors.ProtocolError):
            client.embed("a", MODEL)

    def test_the_error_of_one_of_several_batches_names_its_texts(
        self, client: Any, server: FakeServer, errors: Errors
    ) -> None:
        def reply(request: Request) -> Any:
            return Error(400, "too long") if "text 1" in request.json["input"] else numbered_vectors(request)

        server.default = reply
        with pytest.raises(errors.BadRequestError, match=r"too long.*texts 1 to 1"):
            client.embed(texts(2), MODEL, batch_size=1)
        server.default = Error(400, "too long")
        with pytest.raises(errors.BadRequestError) as caught:
            client.embed("a", MODEL)
        assert "texts" not in str(caught.value)


def _array_view(embeddings: Any) -> tuple[int, tuple[int, ...], list[float]]:
    """Return the address, the shape and the values, as numpy finds them."""
    try:
        view = memoryview(embeddings)
    except TypeError:  # an implementation in Python, before Python 3.12
        interface = embeddings.__array_interface__
        assert (interface["version"], interface["typestr"]) == (3, "<f4")
        assert interface.get("strides") is None
        address, shape = interface["data"][0], interface["shape"]
        count = shape[0] * shape[1]
        return address, shape, list((ctypes.c_float * count).from_address(address))
    assert (view.format, view.itemsize, view.ndim, view.c_contiguous) == ("f", 4, 2, True)
    assert view.shape is not None
    values: Any = view.tolist()
    return _address(view), view.shape, [value for row in values for value in row]


def _address(view: memoryview) -> int:
    """Return the address of a buffer, which may be read-only."""
    buffer = (ctypes.c_ssize_t * 16)()  # at least as large as Py_buffer, whose first field is the address
    api = ctypes.pythonapi
    assert api.PyObject_GetBuffer(ctypes.py_object(view), ctypes.byref(buffer), 0) == 0
    api.PyBuffer_Release(ctypes.byref(buffer))
    return buffer[0]
