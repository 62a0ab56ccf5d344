"""The events of `chat.completions.stream`."""

from typing import TYPE_CHECKING, Any, Literal

from ai_rust_client.compat._model import BaseModel
from ai_rust_client.compat.types._chunk import ChatCompletionChunk
from ai_rust_client.compat.types._parsed import ParsedChatCompletion
from ai_rust_client.compat.types._shared import ChatCompletionTokenLogprob


class ChunkEvent(BaseModel):
    """A chunk, with the completion up to now. That is made when it is read, since most programs do not read it."""

    __slots__ = ("_state",)
    _state: Any

    type: Literal["chunk"]
    chunk: ChatCompletionChunk
    snapshot: ParsedChatCompletion[Any]

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if name != "snapshot":
                return super().__getattr__(name)
            self.__dict__["snapshot"] = snapshot = self._state.current_completion_snapshot
            return snapshot

        def model_dump(self, **options: Any) -> dict[str, Any]:
            """The fields as a dict."""
            self.__dict__["snapshot"] = self.snapshot
            return super().model_dump(**options)


def chunk_event(chunk: ChatCompletionChunk, state: Any) -> ChunkEvent:
    """The event for a chunk; `state` has the completion."""
    event = ChunkEvent(type="chunk", chunk=chunk)
    event._state = state
    return event


class ContentDeltaEvent(BaseModel):
    """A piece of the text, the text up to it, and what of an instance can be read from that."""

    type: Literal["content.delta"]
    delta: str
    snapshot: str
    parsed: object | None = None


class ContentDoneEvent(BaseModel):
    """The complete text, and the instance if a type was passed as `response_format`."""

    type: Literal["content.done"]
    content: str
    parsed: object | None = None


class RefusalDeltaEvent(BaseModel):
    """A piece of the refusal, and the refusal up to it."""

    type: Literal["refusal.delta"]
    delta: str
    snapshot: str


class RefusalDoneEvent(BaseModel):
    """The complete refusal."""

    type: Literal["refusal.done"]
    refusal: str


class FunctionToolCallArgumentsDeltaEvent(BaseModel):
    """A piece of a call's arguments, and the arguments up to it."""

    type: Literal["tool_calls.function.arguments.delta"]
    name: str
    index: int
    arguments: str
    parsed_arguments: object | None = None
    arguments_delta: str


class FunctionToolCallArgumentsDoneEvent(BaseModel):
    """The complete arguments of a call, and as an instance or JSON if the tool is strict."""

    type: Literal["tool_calls.function.arguments.done"]
    name: str
    index: int
    arguments: str
    parsed_arguments: object | None = None


class LogprobsContentDeltaEvent(BaseModel):
    """The log probabilities of a piece of the text, and of the text up to it."""

    type: Literal["logprobs.content.delta"]
    content: list[ChatCompletionTokenLogprob]
    snapshot: list[ChatCompletionTokenLogprob]


class LogprobsContentDoneEvent(BaseModel):
    """The log probabilities of the complete text."""

    type: Literal["logprobs.content.done"]
    content: list[ChatCompletionTokenLogprob]


class LogprobsRefusalDeltaEvent(BaseModel):
    """The log probabilities of a piece of the refusal, and of the refusal up to it."""

    type: Literal["logprobs.refusal.delta"]
    refusal: list[ChatCompletionTokenLogprob]
    snapshot: list[ChatCompletionTokenLogprob]


class LogprobsRefusalDoneEvent(BaseModel):
    """The log probabilities of the complete refusal."""

    type: Literal["logprobs.refusal.done"]
    refusal: list[ChatCompletionTokenLogprob]
