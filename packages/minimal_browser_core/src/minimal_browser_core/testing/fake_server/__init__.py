"""An OpenAI-compatible server on loopback, for tests and for driving a client by hand. Standard library only.

    with FakeServer([Answer("Hello"), Error(429, headers={"Retry-After": "1"})]) as server:
        client = AIClient(base_url=server.base_url)

It speaks real HTTP/1.1 (`POST /v1/chat/completions`, `GET /v1/models`), serves each request with the next reply of its
script, then with its default, `echo`. `Stream`, `Raw` and the steps are for what real providers do at their worst.
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
    "chunk",
    "echo",
    "load_script",
]
