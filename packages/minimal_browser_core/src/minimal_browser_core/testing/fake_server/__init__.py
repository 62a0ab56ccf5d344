"""An OpenAI-compatible server on loopback, for tests and manual use. Needs only the standard library.

    with FakeServer([Answer("Hello"), Error(429, headers={"Retry-After": "1"})]) as server:
        client = AIClient(base_url=server.base_url)

It serves HTTP/1.1: `POST /v1/chat/completions`, `/v1/responses` and `/v1/embeddings`, `GET /v1/models`, and `GET` and
`DELETE /v1/responses/{id}`. Each request gets the next reply of its script, then the default, `echo`. `Stream`, `Raw`
and the steps simulate the faults of real providers.
"""

from .echo import echo
from .replies import (
    DONE,
    Answer,
    Body,
    Bytes,
    Comment,
    Cut,
    Data,
    Error,
    Hang,
    Model,
    Pause,
    Raw,
    Reply,
    Step,
    Stream,
    ToolCall,
    Usage,
    Vectors,
    chunk,
)
from .requests import Request
from .script import Script, ScriptError, load_script
from .server import FakeServer

__all__ = [
    "DONE",
    "Answer",
    "Body",
    "Bytes",
    "Comment",
    "Cut",
    "Data",
    "Error",
    "FakeServer",
    "Hang",
    "Model",
    "Pause",
    "Raw",
    "Reply",
    "Request",
    "Script",
    "ScriptError",
    "Step",
    "Stream",
    "ToolCall",
    "Usage",
    "Vectors",
    "chunk",
    "echo",
    "load_script",
]
