"""What only the native embeddings have: the buffer protocol, also in Python 3.11."""

import gc
import io
import sys
from typing import Any

import pytest

from ai_rust_client import AIClient, Embeddings
from minimal_browser_core.testing.fake_server import FakeServer, Vectors


@pytest.fixture
def embeddings(server: FakeServer) -> Embeddings:
    server.script.append(Vectors(((1.0, 2.0, 3.0), (4.0, 5.0, 6.0))))
    with AIClient("k", base_url=server.base_url) as client:
        return client.embed(["one", "two"], "m")


def test_a_memoryview_has_the_shape_of_the_matrix(embeddings: Embeddings) -> None:
    view = memoryview(embeddings)
    assert (view.format, view.itemsize, view.shape, view.strides) == ("f", 4, (2, 3), (12, 4))
    assert view.readonly
    assert view.c_contiguous
    assert view.tolist() == [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
    assert view.obj is embeddings


def test_a_consumer_that_wants_only_bytes_gets_them(embeddings: Embeddings) -> None:
    assert bytes(embeddings) == memoryview(embeddings).tobytes()
    assert bytearray(embeddings) == memoryview(embeddings).tobytes()


def test_a_consumer_that_wants_to_write_is_refused(embeddings: Embeddings) -> None:
    with pytest.raises(TypeError):
        memoryview(embeddings)[0, 0] = 1.0  # type: ignore[index]
    with pytest.raises(TypeError):
        io.BytesIO(b"1234").readinto(embeddings)  # type: ignore[arg-type]


def test_views_keep_the_values_and_release_them() -> None:
    def embed() -> Any:
        with FakeServer() as server, AIClient("k", base_url=server.base_url) as client:
            return client.embed("one", "m", dimensions=4)

    embeddings = embed()
    count = sys.getrefcount(embeddings)
    row, view = embeddings[0], memoryview(embeddings)
    expected = view.tolist()[0]
    assert sys.getrefcount(embeddings) > count
    del view
    row.release()
    gc.collect()
    assert sys.getrefcount(embeddings) == count
    row = embeddings[0]
    del embeddings
    gc.collect()
    assert list(row) == expected


def test_a_subclass_or_an_instance_cannot_be_made() -> None:
    with pytest.raises(TypeError):
        Embeddings()


def test_numpy_reads_it_without_a_copy(embeddings: Embeddings) -> None:
    numpy = pytest.importorskip("numpy", reason="reading with numpy needs numpy")
    array = numpy.asarray(embeddings)
    assert (array.shape, array.dtype, array.flags.writeable) == ((2, 3), numpy.float32, False)
    assert array.ctypes.data == numpy.asarray(embeddings).ctypes.data
    assert numpy.asarray(embeddings[1]).ctypes.data == array[1].ctypes.data
