"""The models of whole answers, field for field those of the OpenAI library."""

from typing import ClassVar, Literal

from ai_rust_client.compat._content import text_of
from ai_rust_client.compat._model import BaseModel, Defaults, build
from ai_rust_client.compat.types._shared import ChoiceLogprobs, CompletionUsage, Moderation


class AnnotationURLCitation(BaseModel):
    """A page that the answer cites, with the position of the citation."""

    end_index: int
    start_index: int
    title: str
    url: str


class Annotation(BaseModel):
    """An annotation of the answer."""

    type: Literal["url_citation"]
    url_citation: AnnotationURLCitation


class ChatCompletionAudio(BaseModel):
    """The answer as audio, in base64."""

    id: str
    data: str
    expires_at: int
    transcript: str


class FunctionCall(BaseModel):
    """A function call of the API before tools."""

    arguments: str
    name: str


class Function(BaseModel):
    """The function that the model calls; `arguments` is JSON as the model wrote it and may be invalid."""

    arguments: str
    name: str


class ChatCompletionMessageFunctionToolCall(BaseModel):
    """A complete function call."""

    id: str
    function: Function
    type: Literal["function"]


class Custom(BaseModel):
    """The custom tool that the model calls, with its input as text."""

    input: str
    name: str


class ChatCompletionMessageCustomToolCall(BaseModel):
    """A call of a custom tool."""

    id: str
    custom: Custom
    type: Literal["custom"]


class ChatCompletionMessage(BaseModel):
    """The message of the model."""

    _defaults: ClassVar[Defaults] = {
        "role": lambda _: "assistant",
        "content": lambda message: text_of(message.get("content")),
    }
    _sent_as_is = frozenset({"content"})

    content: str | None = None
    refusal: str | None = None
    role: Literal["assistant"]
    annotations: list[Annotation] | None = None
    audio: ChatCompletionAudio | None = None
    function_call: FunctionCall | None = None
    tool_calls: list[ChatCompletionMessageFunctionToolCall | ChatCompletionMessageCustomToolCall] | None = None


class Choice(BaseModel):
    """One choice, with the reason for its end."""

    _defaults: ClassVar[Defaults] = {
        "message": lambda choice: build(ChatCompletionMessage, {"content": choice.get("text")})
    }

    finish_reason: Literal["stop", "length", "tool_calls", "content_filter", "function_call"]
    index: int
    logprobs: ChoiceLogprobs | None = None
    message: ChatCompletionMessage


class ChatCompletion(BaseModel):
    """A whole answer."""

    id: str
    choices: list[Choice]
    created: int
    model: str
    object: Literal["chat.completion"]
    metadata: dict[str, str] | None = None
    moderation: Moderation | None = None
    service_tier: Literal["auto", "default", "flex", "scale", "priority", "fast"] | None = None
    system_fingerprint: str | None = None
    usage: CompletionUsage | None = None
