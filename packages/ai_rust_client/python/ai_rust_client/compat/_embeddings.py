"""`embeddings`."""

import sys
from array import array
from base64 import b64decode
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from ai_rust_client.compat._endpoint import acall, call, call_options
from ai_rust_client.compat._model import build
from ai_rust_client.compat._options import NOT_GIVEN, CallOptions, is_omitted, plain
from ai_rust_client.compat._resource import HasRawResponses
from ai_rust_client.compat.types import CreateEmbeddingResponse

if TYPE_CHECKING:
    from ai_rust_client.compat._client import AsyncOpenAI, OpenAI
    from ai_rust_client.compat._response import APIResponse

PATH = "embeddings"
Input = str | Iterable[Any]


def _fields(
    input: Input,
    model: str,
    *,
    dimensions: Any = NOT_GIVEN,
    encoding_format: Any = NOT_GIVEN,
    user: Any = NOT_GIVEN,
    extra_body: Any = None,
    **options: Any,
) -> tuple[CallOptions, dict[str, Any]]:
    """The options of the call, and the fields to send. Base64 is a quarter of the size of decimal numbers."""
    given = {"user": user, "dimensions": dimensions, "encoding_format": encoding_format, **(extra_body or {})}
    fields = plain({name: value for name, value in given.items() if not is_omitted(value)})
    texts = input if isinstance(input, str | list | tuple) else list(input)
    return call_options(**options), {"input": texts, "model": model, "encoding_format": "base64"} | fields


def _response(is_decoded: bool, data: Any) -> CreateEmbeddingResponse:
    response = build(CreateEmbeddingResponse, data if isinstance(data, dict) else {"data": data})
    if is_decoded:
        if not response.data:
            raise ValueError("the answer contains no embeddings")
        for embedding in response.data:
            if isinstance(embedding.embedding, str):
                embedding.embedding = _floats(embedding.embedding)
    return response


def _floats(text: str) -> list[float]:
    """The numbers of a vector, which are sent as little-endian float32 in base64."""
    values = array("f", b64decode(text))
    if sys.byteorder == "big":
        values.byteswap()
    return values.tolist()


class Embeddings(HasRawResponses):
    """`embeddings` of `OpenAI`."""

    _calls = ("create",)

    def __init__(self, client: "OpenAI") -> None:
        self._client = client

    def create(self, *, input: Input, model: str, **options: Any) -> CreateEmbeddingResponse:
        """The vectors of one text, of several, or of tokens, in one request. Blocks.

        They are transferred in base64 and returned as lists of floats; with `encoding_format` they are returned as
        they are sent. `AIClient.embed` sends batches, and returns a buffer.
        """
        return self._create(input=input, model=model, **options).parse()

    def _create(self, **arguments: Any) -> "APIResponse[CreateEmbeddingResponse]":
        own, fields = _fields(**arguments)
        read = partial(_response, is_omitted(arguments.get("encoding_format", NOT_GIVEN)))
        return call(self._client, "POST", (PATH,), own, fields, read)


class AsyncEmbeddings(HasRawResponses):
    """`embeddings` of `AsyncOpenAI`."""

    _calls = ("create",)
    _is_async = True

    def __init__(self, client: "AsyncOpenAI") -> None:
        self._client = client

    async def create(self, *, input: Input, model: str, **options: Any) -> CreateEmbeddingResponse:
        """See `Embeddings.create`. Cancelling the task closes the connection."""
        return (await self._create(input=input, model=model, **options)).parse()

    async def _create(self, **arguments: Any) -> "APIResponse[CreateEmbeddingResponse]":
        own, fields = _fields(**arguments)
        read = partial(_response, is_omitted(arguments.get("encoding_format", NOT_GIVEN)))
        return await acall(self._client, "POST", (PATH,), own, fields, read)
