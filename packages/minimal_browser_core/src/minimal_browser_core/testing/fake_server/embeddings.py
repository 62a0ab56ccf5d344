"""Embeddings: the reply `Vectors` as a document, and the default reply."""

import math
import struct
import zlib
from base64 import b64encode
from typing import Any

from .replies import Body, Error, Reply, Usage, Vectors
from .requests import Request
from .wire import dumps

_DIMENSIONS = 16


def embed(request: Request) -> Reply:
    """Embed each text as the normalized sum of its words, so that texts with common words are similar."""
    body = request.json
    texts = body.get("input")
    texts = [texts] if isinstance(texts, str) else texts
    if not isinstance(texts, list) or not texts:
        return Error(400, "'input' must be a string or a non-empty list", "invalid_request_error")
    dimensions = body.get("dimensions", _DIMENSIONS)
    if type(dimensions) is not int or not 1 <= dimensions <= 4096:
        return Error(400, "'dimensions' must be an integer from 1 to 4096", "invalid_request_error")
    words = [str(text).lower().split() for text in texts]
    return Vectors(tuple(_vector(each, dimensions) for each in words), usage=Usage(sum(map(len, words)), 0))


def _vector(words: list[str], dimensions: int) -> tuple[float, ...]:
    vector = [0.0] * dimensions
    for word in words or [""]:
        number = zlib.crc32(word.encode())
        vector[number % dimensions] += 1.0 if number & 1 << 31 else -1.0
    length = math.hypot(*vector) or 1.0
    return tuple(value / length for value in vector)


def embeddings_document(reply: Vectors, request: Request) -> Body:
    """Return embeddings as one JSON object, in the format that the request asks for."""
    in_base64 = request.json.get("encoding_format") == "base64"
    data = [
        {"object": "embedding", "index": index, "embedding": to_base64(vector) if in_base64 else list(vector)}
        for index, vector in enumerate(reply.vectors)
    ]
    result: dict[str, Any] = {"object": "list", "data": data, "model": reply.model or request.model}
    if reply.usage:
        tokens = reply.usage.prompt_tokens
        result["usage"] = {"prompt_tokens": tokens, "total_tokens": tokens}
    return Body(dumps(result), headers=reply.headers, head_delay=reply.head_delay)


def to_base64(vector: tuple[float, ...]) -> str:
    """Return the vector as little-endian float32 in base64."""
    return b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
