"""The values of `minimal_browser_core.chat.port` as frozen dataclasses."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from minimal_browser_core.chat.port import EventKind


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A request of the model to call a tool. `arguments` is JSON text, which may be malformed."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Usage:
    """The tokens that a response used, and its cost in US dollars if the provider reports it."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    cost: float | None = None


@dataclass(frozen=True, slots=True)
class Image:
    """An image that a model made: its bytes, or the URL that the provider gives."""

    mime_type: str | None = None
    data: bytes | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the answers of a request with `n`. `text` includes the refusal."""

    index: int
    text: str
    reasoning: str
    refusal: str | None
    tool_calls: list[ToolCall]
    finish_reason: str | None
    message: dict[str, Any] = field(repr=False)
    logprobs: Any = field(default=None, repr=False)
    annotations: list[Any] = field(default_factory=list, repr=False)
    images: tuple[Image, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One event of a stream. `text` is a delta of text or reasoning, or the JSON of an annotation."""

    kind: EventKind
    text: str = ""
    tool_call: ToolCall | None = None
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class ChatResponse:
    """A complete response. `raw` is its JSON, `choices` are sorted by index."""

    text: str
    reasoning: str
    tool_calls: list[ToolCall]
    usage: Usage | None
    model: str
    provider: str | None
    finish_reason: str | None
    request_id: str | None
    raw: Mapping[str, Any] = field(repr=False)
    rate_limits: Mapping[str, str] = field(default_factory=dict)
    time_to_first_byte: float | None = None
    time_to_last_byte: float | None = None
    choices: tuple[Choice, ...] = field(default=(), repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def id(self) -> str | None:
        """The provider's id of the answer."""
        value = self.raw.get("id")
        return value if isinstance(value, str) and value else None

    @property
    def message(self) -> dict[str, Any]:
        """The assistant message as it has to be appended to `messages`; a new one each time."""
        return copy.deepcopy(self.choices[0].message) if self.choices else {"role": "assistant", "content": None}

    @property
    def refusal(self) -> str | None:
        """The refusal, which is also part of `text`."""
        return self.choices[0].refusal if self.choices else None

    @property
    def images(self) -> tuple[Image, ...]:
        """The images that the model made."""
        return self.choices[0].images if self.choices else ()


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """An entry of a provider's list of models."""

    id: str
    name: str | None = None
    context_length: int | None = None
