"""Models that whole answers and chunks share, field for field those of the OpenAI library."""

from typing import Literal

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
