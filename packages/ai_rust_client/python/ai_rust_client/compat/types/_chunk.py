"""The models of streamed answers, field for field those of the OpenAI library."""

from typing import Any, ClassVar, Literal

from ai_rust_client.compat._content import text_of
from ai_rust_client.compat._model import BaseModel, Defaults, build
from ai_rust_client.compat.types._shared import ChoiceLogprobs, CompletionUsage, Moderation


class ChoiceDeltaAudio(BaseModel):
    """A piece of the audio."""

    id: str | None = None
    data: str | None = None
    expires_at: int | None = None
    transcript: str | None = None


class ChoiceDeltaFunctionCall(BaseModel):
    """A piece of a function call of the API before tools."""

    arguments: str | None = None
    name: str | None = None


class ChoiceDeltaToolCallFunction(BaseModel):
    """A piece of the function's name or arguments."""

    arguments: str | None = None
    name: str | None = None


class ChoiceDeltaToolCall(BaseModel):
    """A piece of the call with this index."""

    index: int
    id: str | None = None
    function: ChoiceDeltaToolCallFunction | None = None
    type: Literal["function"] | None = None


class ChoiceDelta(BaseModel):
    """A piece of the message of the model."""

    _defaults: ClassVar[Defaults] = {"content": lambda delta: text_of(delta.get("content"))}
    _sent_as_is = frozenset({"content"})

    audio: ChoiceDeltaAudio | None = None
    content: str | None = None
    function_call: ChoiceDeltaFunctionCall | None = None
    refusal: str | None = None
    role: Literal["developer", "system", "user", "assistant", "tool"] | None = None
    tool_calls: list[ChoiceDeltaToolCall] | None = None


def _absent_delta(choice: dict[str, Any]) -> ChoiceDelta:
    """Of a server that does not stream, or that answers as the API before chats did."""
    message = choice.pop("message", None)
    return build(ChoiceDelta, message if isinstance(message, dict) else {"content": choice.get("text")})


class ChunkChoice(BaseModel):
    """A piece of one choice; `finish_reason` usually comes with the last one."""

    _defaults: ClassVar[Defaults] = {"delta": _absent_delta}

    delta: ChoiceDelta
    index: int
    finish_reason: Literal["stop", "length", "tool_calls", "content_filter", "function_call"] | None = None
    logprobs: ChoiceLogprobs | None = None


ChunkChoice.__name__ = "Choice"  # as the OpenAI library prints it


class ChatCompletionChunk(BaseModel):
    """A piece of a streamed answer."""

    _defaults: ClassVar[Defaults] = {"choices": lambda _: [], "object": lambda _: "chat.completion.chunk"}

    id: str
    choices: list[ChunkChoice]
    created: int
    model: str
    object: Literal["chat.completion.chunk"]
    moderation: Moderation | None = None
    obfuscation: str | None = None
    service_tier: Literal["auto", "default", "flex", "scale", "priority", "fast"] | None = None
    system_fingerprint: str | None = None
    usage: CompletionUsage | None = None
