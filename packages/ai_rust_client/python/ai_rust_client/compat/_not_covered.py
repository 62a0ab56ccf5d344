"""What of the OpenAI library is not covered, and what to use instead."""

from typing import Final

COVERED: Final = "chat.completions, responses, embeddings and models"

_LIBRARY: Final = "use the OpenAI library for it"

INSTEAD: Final = {
    "audio": "use the OpenAI library's client.audio for speech and transcriptions; chat models that listen and speak "
    "take and return audio in chat.completions.create",
    "batches": "ai_rust_client.AIClient.map sends many requests concurrently; for the batch endpoint and its price "
    "use the OpenAI library",
    "assistants": "use client.responses with previous_response_id; assistants are deprecated",
    "threads": "use client.responses with previous_response_id; assistants are deprecated",
    "completions": "use client.chat.completions.create",
    "conversations": "use client.responses with previous_response_id, or send the messages yourself",
    "delete": _LIBRARY,
    "files": "use the OpenAI library to upload files; small files fit into a message as base64",
    "fine_tuning": "use the OpenAI library to train; the result is a model name for client.chat",
    "images": "use the OpenAI library's client.images; images that chat models draw are in the message",
    "moderations": "use the OpenAI library's client.moderations",
    "realtime": "use the OpenAI library's client.realtime, which needs a web socket",
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
