"""The models of the Responses API: those that programs read are declared, all other fields are as they were sent."""

from typing import Any, Literal

from ai_rust_client.compat._model import BaseModel


class ResponseOutputText(BaseModel):
    """A piece of text of the answer."""

    annotations: list[Any]
    text: str
    type: Literal["output_text"]
    logprobs: list[Any] | None = None


class ResponseOutputRefusal(BaseModel):
    """The text of a refusal."""

    refusal: str
    type: Literal["refusal"]


class Summary(BaseModel):
    """A part of the reasoning, or of its summary."""

    text: str
    type: str


class ResponseOutputItem(BaseModel):
    """An item of the answer of any other type, such as a call of a tool of the provider."""

    id: str
    type: str


class ResponseOutputMessage(BaseModel):
    """A message of the model."""

    id: str
    content: list[ResponseOutputText | ResponseOutputRefusal]
    role: Literal["assistant"]
    status: Literal["in_progress", "completed", "incomplete"]
    type: Literal["message"]


class ResponseFunctionToolCall(BaseModel):
    """A call of a function; `arguments` are JSON text."""

    arguments: str
    call_id: str
    name: str
    type: Literal["function_call"]
    id: str | None = None
    status: Literal["in_progress", "completed", "incomplete"] | None = None


class ResponseReasoningItem(BaseModel):
    """The reasoning of the model."""

    id: str
    summary: list[Summary]
    type: Literal["reasoning"]
    content: list[Summary] | None = None
    encrypted_content: str | None = None
    status: Literal["in_progress", "completed", "incomplete"] | None = None


class InputTokensDetails(BaseModel):
    """The tokens of the input by kind."""

    cached_tokens: int


class OutputTokensDetails(BaseModel):
    """The tokens of the answer by purpose."""

    reasoning_tokens: int


class ResponseUsage(BaseModel):
    """The number of tokens that a response used."""

    input_tokens: int
    input_tokens_details: InputTokensDetails
    output_tokens: int
    output_tokens_details: OutputTokensDetails
    total_tokens: int


class ResponseError(BaseModel):
    """Why a response failed."""

    code: str
    message: str


class IncompleteDetails(BaseModel):
    """Why a response is incomplete."""

    reason: str | None = None


class Response(BaseModel):
    """A response."""

    id: str
    created_at: float
    error: ResponseError | None = None
    incomplete_details: IncompleteDetails | None = None
    instructions: str | list[Any] | None = None
    metadata: dict[str, str] | None = None
    model: str
    object: Literal["response"]
    output: list[ResponseOutputItem | ResponseOutputMessage | ResponseFunctionToolCall | ResponseReasoningItem]
    parallel_tool_calls: bool
    temperature: float | None = None
    tool_choice: Any
    tools: list[Any]
    top_p: float | None = None
    background: bool | None = None
    max_output_tokens: int | None = None
    previous_response_id: str | None = None
    reasoning: Any = None
    service_tier: str | None = None
    status: str | None = None
    text: Any = None
    truncation: str | None = None
    usage: ResponseUsage | None = None
    user: str | None = None

    @property
    def output_text(self) -> str:
        """The text of all messages."""
        messages = [item for item in self.output or () if isinstance(item, ResponseOutputMessage)]
        parts = [part for message in messages for part in message.content or ()]
        return "".join(part.text or "" for part in parts if isinstance(part, ResponseOutputText))


class ResponseStreamEvent(BaseModel):
    """One event of a stream; its other fields, such as `delta`, are those that its `type` has."""

    type: str
    sequence_number: int
    response: Response | None = None
    item: ResponseOutputItem | ResponseOutputMessage | ResponseFunctionToolCall | ResponseReasoningItem | None = None
    part: Summary | ResponseOutputText | ResponseOutputRefusal | None = None
