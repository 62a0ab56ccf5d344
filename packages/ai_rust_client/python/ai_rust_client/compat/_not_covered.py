"""What of the OpenAI library is not covered, and what to use instead."""

from collections.abc import Callable
from typing import Any, Final

COVERED: Final = "chat.completions, responses, embeddings and models"

_LIBRARY: Final = "use the OpenAI library for it"
_ENDPOINT: Final = "use an HTTP library, or the OpenAI library, for other endpoints"

INSTEAD: Final = {
    "audio": "use the OpenAI library's client.audio for speech and transcriptions; chat models that listen and speak "
    "take and return audio in chat.completions.create",
    "batches": "ai_rust_client.AIClient.map sends many requests concurrently; for the batch endpoint and its price "
    "use the OpenAI library",
    "assistants": "use client.responses with previous_response_id; assistants are deprecated",
    "threads": "use client.responses with previous_response_id; assistants are deprecated",
    "completions": "use client.chat.completions.create",
    "conversations": "use client.responses with previous_response_id, or send the messages yourself",
    "default_query": "pass default_query to the constructor, or extra_query to a call",
    "delete": _LIBRARY,
    "files": "use the OpenAI library to upload files; small files fit into a message as base64",
    "fine_tuning": "use the OpenAI library to train; the result is a model name for client.chat",
    "get": _ENDPOINT,
    "images": "use the OpenAI library's client.images; images that chat models draw are in the message",
    "moderations": "use the OpenAI library's client.moderations",
    "patch": _ENDPOINT,
    "post": _ENDPOINT,
    "put": _ENDPOINT,
    "realtime": "use the OpenAI library's client.realtime, which needs a web socket",
    "request": _ENDPOINT,
    "uploads": "use the OpenAI library's client.uploads",
    "vector_stores": "use client.embeddings with a vector store of your own, or the OpenAI library",
    "videos": "use the OpenAI library's client.videos",
}
"""The parts of the OpenAI library that programs look for, with what to use instead."""


class NotCoveredError(AttributeError, NotImplementedError):
    """A part of the OpenAI library that is not covered; the message names it, and what to use instead."""


def not_covered(owner: object, name: str) -> AttributeError:
    """The exception for an attribute that is missing."""
    kind = type(owner).__name__
    if name.startswith("_"):
        return AttributeError(f"{kind!r} object has no attribute {name!r}")
    instead = INSTEAD.get(name, f"which has {COVERED}; {_LIBRARY}")
    joint = ", " if name not in INSTEAD else "; "
    return NotCoveredError(f"{kind}.{name} is not covered by ai_rust_client.compat{joint}{instead}")


_HTTP_CLIENTS: Final = "clients take options of connections instead of an http_client: proxy, ca_bundle, client_cert, …"
_OF_MODULES: Final = {
    "APIResponse": "call a method of with_raw_response to get one",
    "AsyncAPIResponse": "call a method of with_raw_response to get one",
    "DefaultAioHttpClient": _HTTP_CLIENTS,
    "DefaultAsyncHttpx2Client": _HTTP_CLIENTS,
    "DefaultAsyncHttpxClient": _HTTP_CLIENTS,
    "DefaultHttpx2Client": _HTTP_CLIENTS,
    "DefaultHttpxClient": _HTTP_CLIENTS,
}
_OF_MODULE_CLIENT: Final = frozenset(
    [
        "api_key",
        "api_type",
        "api_version",
        "azure_ad_token",
        "azure_ad_token_provider",
        "azure_endpoint",
        "base_url",
        "beta",
        "chat",
        "default_headers",
        "default_query",
        "embeddings",
        "http_client",
        "max_retries",
        "models",
        "organization",
        "project",
        "responses",
        "timeout",
    ]
)
"""What the OpenAI library has for its client that a program does not create."""


def missing_from(module: str) -> Callable[[str], Any]:
    """The function `__getattr__` of a module; `module` is empty for `compat` itself."""
    prefix = f"{module}." if module else ""

    def missing(name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(f"module 'ai_rust_client.compat{prefix and '.' + module}' has no attribute {name!r}")
        if not module and name in _OF_MODULE_CLIENT:
            instead = "create a client, which has it: client = OpenAI()"
        elif not module:
            instead = _OF_MODULES.get(name) or INSTEAD.get(name, _LIBRARY)
        elif name.endswith(("Param", "Params")):
            instead = "what is sent are plain dicts: dict[str, Any]"
        elif name.endswith("Event"):
            instead = "all events of a response are a ResponseStreamEvent; compare its type"
        else:
            instead = _LIBRARY
        raise NotCoveredError(f"{prefix}{name} is not covered by ai_rust_client.compat; {instead}")

    return missing
