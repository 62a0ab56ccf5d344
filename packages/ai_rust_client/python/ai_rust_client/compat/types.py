"""The models of chat completions and of the model list, field for field those of the OpenAI library."""

from typing import Any, Literal

from ai_rust_client.compat._model import BaseModel


class CompletionTokensDetails(BaseModel):
    """The tokens of the answer by purpose."""

    accepted_prediction_tokens: int | None = None
    audio_tokens: int | None = None
    reasoning_tokens: int | None = None
    rejected_prediction_tokens: int | None = None
    text_tokens: int | None = None


class PromptTokensDetails(BaseModel):
    """The tokens of the prompt by kind."""

    audio_tokens: int | None = None
    cache_write_tokens: int | None = None
    cached_tokens: int | None = None
    image_tokens: int | None = None
    text_tokens: int | None = None


class CompletionUsage(BaseModel):
    """The number of tokens that a call used."""

    completion_tokens: int
    prompt_tokens: int
    total_tokens: int
    completion_tokens_details: CompletionTokensDetails | None = None
    prompt_tokens_details: PromptTokensDetails | None = None


class TopLogprob(BaseModel):
    """A likely token at a position, with its log probability."""

    token: str
    bytes: list[int] | None = None
    logprob: float


class ChatCompletionTokenLogprob(BaseModel):
    """A token of the answer, with its log probability."""

    token: str
    bytes: list[int] | None = None
    logprob: float
    top_logprobs: list[TopLogprob]


class ChoiceLogprobs(BaseModel):
    """The tokens of an answer, with their log probabilities."""

    content: list[ChatCompletionTokenLogprob] | None = None
    refusal: list[ChatCompletionTokenLogprob] | None = None


class ModerationResult(BaseModel):
    """The moderation result of one text."""

    categories: dict[str, bool]
    category_applied_input_types: dict[str, list[str]]
    category_scores: dict[str, float]
    flagged: bool
    model: str
    type: Literal["moderation_result"]


class ModerationResults(BaseModel):
    """The moderation results of the prompt or of the answer."""

    model: str
    results: list[ModerationResult]
    type: Literal["moderation_results"]


class ModerationError(BaseModel):
    """A failure of the moderation."""

    code: str
    message: str
    type: Literal["error"]


class Moderation(BaseModel):
    """The moderation of the prompt and of the answer."""

    input: ModerationResults | ModerationError
    output: ModerationResults | ModerationError


# -- whole answers -----------------------------------------------------------------------------------------------------


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

    content: str | None = None
    refusal: str | None = None
    role: Literal["assistant"]
    annotations: list[Annotation] | None = None
    audio: ChatCompletionAudio | None = None
    function_call: FunctionCall | None = None
    tool_calls: list[ChatCompletionMessageFunctionToolCall | ChatCompletionMessageCustomToolCall] | None = None


class Choice(BaseModel):
    """One choice, with the reason for its end."""

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


# -- chunks ------------------------------------------------------------------------------------------------------------


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

    audio: ChoiceDeltaAudio | None = None
    content: str | None = None
    function_call: ChoiceDeltaFunctionCall | None = None
    refusal: str | None = None
    role: Literal["developer", "system", "user", "assistant", "tool"] | None = None
    tool_calls: list[ChoiceDeltaToolCall] | None = None


class ChunkChoice(BaseModel):
    """A piece of one choice; `finish_reason` usually comes with the last one."""

    delta: ChoiceDelta
    index: int
    finish_reason: Literal["stop", "length", "tool_calls", "content_filter", "function_call"] | None = None
    logprobs: ChoiceLogprobs | None = None


ChunkChoice.__name__ = "Choice"  # as the OpenAI library prints it


class ChatCompletionChunk(BaseModel):
    """A piece of a streamed answer."""

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


# -- the model list ----------------------------------------------------------------------------------------------------


class Model(BaseModel):
    """A model that the provider offers."""

    id: str
    created: int
    object: Literal["model"]
    owned_by: str
    shutdown_date: str | None = None


class _Page(BaseModel):
    data: list[Model]
    object: str

    def has_next_page(self) -> bool:
        """Always false: the list has only one page."""
        return False

    def next_page_info(self) -> None:
        """Always None."""


class SyncPage(_Page):
    """The complete list of models."""

    data: list[Model]
    object: str

    def __iter__(self) -> Any:
        return iter(self.data or ())


class AsyncPage(_Page):
    """`SyncPage` for asyncio."""

    data: list[Model]
    object: str

    async def __aiter__(self) -> Any:
        for model in self.data or ():
            yield model
