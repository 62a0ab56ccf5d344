"""Encode requests for embeddings, and decode the vectors of the answers."""

import base64
import math
import sys
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from minimal_browser_core.chat.values import Usage

from .decode import MalformedError, parse_usage
from .encode import encode_body
from .fields import string

_FLOAT_SIZE = 4


@dataclass(frozen=True, slots=True)
class Batch:
    """The vectors of one request, one after the other."""

    values: "array[float]"
    dimensions: int
    model: str
    usage: Usage | None


def check_texts(texts: Any) -> list[str]:
    """Return the texts as a list. Raises `TypeError` that names the place of what is not text, or `ValueError`."""
    if isinstance(texts, str):
        texts = [texts] if texts else []
    if not isinstance(texts, Sequence) or isinstance(texts, bytes | bytearray | memoryview):
        raise TypeError(f"input must be a text or a sequence of texts, not {type(texts).__name__}")
    for index, text in enumerate(texts):
        if not isinstance(text, str):
            raise TypeError(f"input[{index}] must be a text, not {type(text).__name__}")
    if not texts:
        raise ValueError("input is empty: embeddings need at least one text")
    return list(texts)


def encode_texts(texts: list[str], options: Mapping[str, Any], extra_body: Mapping[str, Any]) -> bytes:
    """Return a request body without its model and opening brace. Errors have the path of what JSON cannot hold."""
    return encode_body({"input": texts, "encoding_format": "base64"}, options, extra_body)


def parse_vectors(body: dict[str, Any], count: int, model: str) -> Batch:
    """Return the vectors of `count` texts in their order; `model` is the default. Raises `MalformedError`."""
    data = body.get("data")
    if not isinstance(data, list):
        raise MalformedError("JSON, but no embeddings in it")
    vectors: list[array[float] | None] = [None] * count
    for position, entry in enumerate(data):
        index, vector = _parse_entry(entry, position)
        if not 0 <= index < count or vectors[index] is not None:
            raise MalformedError(f"an embedding with the unexpected index {index}")
        vectors[index] = vector
    values = array("f")
    dimensions = 0
    for index, found in enumerate(vectors):
        if found is None:
            raise MalformedError(f"no embedding of text {index}")
        dimensions = dimensions or len(found)
        if len(found) != dimensions:
            raise MalformedError(f"embeddings of {dimensions} and of {len(found)} dimensions")
        values += found
    # No sum of floats of 32 bits is too large for one of 64.
    if not math.isfinite(sum(values)):
        raise MalformedError("an embedding with an infinity or NaN in it")
    return Batch(values, dimensions, string(body, "model") or model, parse_usage(body))


def _parse_entry(entry: Any, position: int) -> tuple[int, "array[float]"]:
    if not isinstance(entry, dict):
        raise MalformedError(f"something else in the place of embedding {position}")
    index = entry.get("index")
    index = position if index is None else index
    if not isinstance(index, int):
        raise MalformedError(f"an index of embedding {position} that is not a number")
    vector = _parse_vector(entry.get("embedding"))
    if not vector:
        raise MalformedError(f"embedding {index} is not a list of numbers")
    return index, vector


def _parse_vector(value: Any) -> "array[float] | None":
    vector = array("f")
    if isinstance(value, str):
        try:
            data = base64.b64decode(value, validate=True)
        except ValueError:
            return None
        if len(data) % _FLOAT_SIZE:
            return None
        vector.frombytes(data)
        if sys.byteorder == "big":
            vector.byteswap()
    elif isinstance(value, list) and all(type(number) in (int, float) for number in value):
        vector.extend(map(float, value))
    return vector
