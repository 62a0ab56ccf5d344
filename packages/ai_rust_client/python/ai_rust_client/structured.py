"""Structured output: answers as instances of a type. `AIClient.parse` and `aparse`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar
from weakref import WeakKeyDictionary

from ai_rust_client._errors import AIClientError, BadRequestError, InvalidStructureError, NotFoundError
from ai_rust_client._messages import Prompt, as_messages, check_model, described, refusal_of, with_instruction
from ai_rust_client._native import ChatResponse, ResponseStream, Usage
from ai_rust_client._prompts import prompt
from ai_rust_client._schema import MismatchError, Schema, schema_of
from ai_rust_client._usage import total_usage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ai_rust_client._chats import Chats

    _Mode = Literal["json_schema", "json_object", "tool", "prompt"]

T = TypeVar("T")

Answer = ChatResponse | ResponseStream

_SIMPLER: dict[_Mode, _Mode] = {"json_schema": "json_object", "json_object": "prompt"}
_UNSUPPORTED_WORDS = (
    "response_format", "response format", "json_schema", "json_object", "structured output", "structured_output",
    "json mode", "requested parameters",
)  # fmt: skip
_INCOMPLETE = {
    "length": "the answer was cut at the limit of tokens (finish_reason 'length'); raise max_tokens",
    "content_filter": "the answer was cut by the provider's content filter (finish_reason 'content_filter')",
}

_SIGNATURE = "parse(messages, model, schema)"

_supported_modes: WeakKeyDictionary[Any, dict[str, _Mode]] = WeakKeyDictionary()


@dataclass(frozen=True)
class StructuredOutput(Generic[T]):
    """An answer as an instance of a type.

    `parsed` is None only if the model refused; then `refusal` is its text. `response` is the last response, `usage` the
    tokens of all of them; its counts are 0 if the provider reported nothing.
    """

    parsed: T | None
    refusal: str | None
    response: Answer
    usage: Usage


def parse(
    client: Chats,
    messages: Prompt,
    model: str | Sequence[str],
    schema: Any,
    *,
    mode: _Mode | None = None,
    max_repairs: int = 0,
    **options: Any,
) -> StructuredOutput[Any]:
    """See `AIClient.parse`."""
    request = StructuredRequest(client, messages, model, schema, mode=mode, max_repairs=max_repairs, options=options)
    while True:
        try:
            response = client.chat(request.messages, model, **request.options)
        except (BadRequestError, NotFoundError) as error:
            request.use_simpler_mode(error)
            continue
        output = request.read(response)
        if output is not None:
            return output


async def aparse(
    client: Chats,
    messages: Prompt,
    model: str | Sequence[str],
    schema: Any,
    *,
    mode: _Mode | None = None,
    max_repairs: int = 0,
    **options: Any,
) -> StructuredOutput[Any]:
    """See `AIClient.aparse`."""
    request = StructuredRequest(client, messages, model, schema, mode=mode, max_repairs=max_repairs, options=options)
    while True:
        try:
            response = await client.achat(request.messages, model, **request.options)
        except (BadRequestError, NotFoundError) as error:
            request.use_simpler_mode(error)
            continue
        output = request.read(response)
        if output is not None:
            return output


class StructuredRequest:
    """What to ask for an instance of a type, and how to read the answer. Changes after a failure."""

    def __init__(
        self,
        client: Chats,
        messages: Prompt,
        model: str | Sequence[str],
        schema: Any,
        *,
        mode: _Mode | None = None,
        max_repairs: int = 0,
        options: Mapping[str, Any],
    ) -> None:
        if "response_format" in options:
            raise TypeError("parse sets response_format from the schema; pass the schema as an argument")
        if mode not in (None, "json_schema", "json_object", "tool", "prompt"):
            raise ValueError(f"mode must be json_schema, json_object, tool or prompt, not {mode!r}")
        check_model(model, _SIGNATURE)
        if isinstance(schema, str) or (type(schema).__hash__ is None and not isinstance(schema, Mapping)):
            what = described(schema)
            raise TypeError(f"schema must be a type or a JSON schema, not an instance of {what}; use {_SIGNATURE}")
        if not isinstance(max_repairs, int):
            raise TypeError(f"max_repairs must be a number, not {described(max_repairs)}")
        self._client = client
        self._model = model if isinstance(model, str) else "\n".join(model)
        self._given = as_messages(messages)
        self._options = options
        self._may_simplify = mode is None
        self._repairs = max_repairs
        self._responses: list[Answer] = []
        self.schema: Schema = schema_of(schema)
        self.mode: _Mode = mode or _supported_modes.get(client, {}).get(self._model, "json_schema")

    @property
    def messages(self) -> list[Mapping[str, Any]]:
        """The messages to send."""
        if self.mode not in ("json_object", "prompt"):
            return self._given
        schema = json.dumps(self.schema.json_schema, ensure_ascii=False, indent=2)
        return with_instruction(self._given, prompt("json_answer", schema=schema))

    @property
    def options(self) -> dict[str, Any]:
        """The options to send."""
        if self.mode == "json_schema":
            return {**self._options, "response_format": self.schema.response_format()}
        if self.mode == "json_object":
            return {**self._options, "response_format": {"type": "json_object"}}
        if self.mode == "tool":
            choice = {"type": "function", "function": {"name": self.schema.name}}
            return {**self._options, "tools": [self.schema.tool()], "tool_choice": choice}
        return dict(self._options)

    def use_simpler_mode(self, error: AIClientError) -> None:
        """Change the mode if the provider does not support it; otherwise raise the error."""
        text = f"{error} {getattr(error, 'body', '')}".lower()
        is_unsupported = any(word in text for word in _UNSUPPORTED_WORDS) and "invalid schema" not in text
        if not self._may_simplify or not is_unsupported or self.mode not in _SIMPLER:
            raise error
        self.mode = _SIMPLER[self.mode]
        _supported_modes.setdefault(self._client, {})[self._model] = self.mode

    def read(self, response: Answer) -> StructuredOutput[Any] | None:
        """The output, or None if the model has to be asked again. Raises InvalidStructureError."""
        try:
            return self.read_last(response)
        except InvalidStructureError as error:
            if self._repairs <= 0 or response.finish_reason in _INCOMPLETE:
                raise
            self._repairs -= 1
            self._given += self._repair_messages(response, error.problems)
            return None

    def read_last(self, response: Answer) -> StructuredOutput[Any]:
        """The output. Raises InvalidStructureError."""
        self._responses.append(response)
        refusal = refusal_of(response)
        if refusal is not None:
            return self._output(None, refusal, response)
        text = self._answer(response)
        problems: Sequence[str]
        if response.finish_reason in _INCOMPLETE:
            problems = [_INCOMPLETE[response.finish_reason]]
        else:
            try:
                return self._output(self.schema.load_text(text), None, response)
            except MismatchError as mismatch:
                problems = mismatch.problems
        raise InvalidStructureError(
            f"the answer does not fit {self.schema.name}: {'; '.join(problems)}",
            text=text,
            problems=problems,
            response=response,
            request_id=response.request_id,
            usage=response.usage,
        )

    def _output(self, parsed: Any, refusal: str | None, response: Answer) -> StructuredOutput[Any]:
        return StructuredOutput(parsed, refusal, response, total_usage(one.usage for one in self._responses))

    def _answer(self, response: Answer) -> str:
        if self.mode == "tool":
            for call in response.tool_calls:
                if call.name == self.schema.name:
                    return call.arguments
        return response.text

    def _repair_messages(self, response: Answer, problems: Sequence[str]) -> list[Mapping[str, Any]]:
        text = prompt("repair", problems="\n".join(f"- {problem}" for problem in problems))
        if response.tool_calls:
            results = [{"role": "tool", "tool_call_id": call.id, "content": text} for call in response.tool_calls]
            return [response.message, *results]
        return [response.message, {"role": "user", "content": text}]
