"""The part of the OpenAI library that chat programs use, with this client: only the import line changes.

    from ai_rust_client.compat import OpenAI  # or AsyncOpenAI

    client = OpenAI()  # OPENAI_API_KEY, OPENAI_BASE_URL
    for chunk in client.chat.completions.create(model=..., messages=..., stream=True):
        print(chunk.choices[0].delta.content or "", end="")

It covers `chat.completions`, `responses`, `embeddings` and `models`, also with `with_raw_response`, and Azure.
Everything else raises `NotCoveredError`, which says what to use instead. Neither openai nor pydantic is imported.
Intended differences:

- a stream that ends with neither `finish_reason` nor `[DONE]` raises `StreamInterruptedError`, an `APIConnectionError`
  with the text so far in `partial_text`; the OpenAI library treats the part as the whole answer;
- a declared field has a value of its type or None, except an `id` that is a number; a value of another type is in
  `model_extra`;
- an answer of another kind (an error with status 200, a web page) raises, and is not returned;
- a tool call without an id gets one, so that its result can refer to it;
- a call that timed out is not repeated: the model may have done its work, and been paid for it;
- a number as `timeout` also limits the time between two contents, so that keep-alive comments do not extend it.
"""

from typing import TYPE_CHECKING

from ai_rust_client.compat import types
from ai_rust_client.compat._azure import AsyncAzureOpenAI, AzureOpenAI
from ai_rust_client.compat._client import AsyncOpenAI, OpenAI
from ai_rust_client.compat._errors import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    ContentFilterFinishReasonError,
    InternalServerError,
    LengthFinishReasonError,
    NotFoundError,
    OpenAIError,
    PermissionDeniedError,
    RateLimitError,
    StreamInterruptedError,
    UnprocessableEntityError,
)
from ai_rust_client.compat._model import BaseModel
from ai_rust_client.compat._not_covered import NotCoveredError, missing_from
from ai_rust_client.compat._options import NOT_GIVEN, NotGiven, Omit, Timeout, not_given, omit
from ai_rust_client.compat._parsing import pydantic_function_tool
from ai_rust_client.compat._streaming import AsyncStream, Stream

Client = OpenAI
AsyncClient = AsyncOpenAI

__all__ = [
    "NOT_GIVEN",
    "APIConnectionError",
    "APIError",
    "APIResponseValidationError",
    "APIStatusError",
    "APITimeoutError",
    "AsyncAzureOpenAI",
    "AsyncClient",
    "AsyncOpenAI",
    "AsyncStream",
    "AuthenticationError",
    "AzureOpenAI",
    "BadRequestError",
    "BaseModel",
    "Client",
    "ConflictError",
    "ContentFilterFinishReasonError",
    "InternalServerError",
    "LengthFinishReasonError",
    "NotCoveredError",
    "NotFoundError",
    "NotGiven",
    "Omit",
    "OpenAI",
    "OpenAIError",
    "PermissionDeniedError",
    "RateLimitError",
    "Stream",
    "StreamInterruptedError",
    "Timeout",
    "UnprocessableEntityError",
    "not_given",
    "omit",
    "pydantic_function_tool",
    "types",
]

if not TYPE_CHECKING:  # type checkers report missing names
    __getattr__ = missing_from("")
