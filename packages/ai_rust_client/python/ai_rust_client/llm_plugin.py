"""A model for the command `llm`: `llm -m ai-rust -o model openai/gpt-4o-mini "Why is the sky blue?"`.

llm finds it by its entry point; nothing else imports this module. It supports text, images, schemas and conversations,
sync and async, but no tools. The key is stored by `llm keys set openrouter` or taken from OPENROUTER_API_KEY; a server
without keys needs none.
"""

from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from typing import Any

import llm
from pydantic import Field

from ai_rust_client import AIClient, AIClientError, ChatResponse, ResponseStream


class Options(llm.Options):
    """The options of `llm -o`."""

    model: str = Field(default="openrouter/auto", description="The model's name at the provider")
    base_url: str = Field(default="https://openrouter.ai/api/v1", description="The URL of the API")
    temperature: float | None = Field(default=None, description="From 0 to 2", ge=0, le=2)
    max_tokens: int | None = Field(default=None, description="The maximum number of tokens of the answer", gt=0)


class _Shared:
    model_id = "ai-rust"
    can_stream = True
    supports_schema = True
    attachment_types = frozenset(("image/png", "image/jpeg", "image/webp", "image/gif"))
    needs_key = "openrouter"
    key_env_var = "OPENROUTER_API_KEY"
    Options = Options

    def get_key(self, explicit_key: str | None = None) -> str | None:
        return llm.get_key(explicit_key, self.needs_key, self.key_env_var)


class Model(_Shared, llm.KeyModel):  # type: ignore[misc]  # narrower types than llm declares
    """The model for sync use."""

    def execute(
        self, prompt: Any, stream: bool, response: Any, conversation: Any, key: str | None = None
    ) -> Iterator[str]:
        messages = _messages(prompt, conversation)
        with _llm_errors(), AIClient(key, base_url=prompt.options.base_url) as client:
            if not stream:
                answer = client.chat(messages, prompt.options.model, **_options(prompt))
                _record_response(response, answer)
                yield answer.text
                return
            with client.stream(messages, prompt.options.model, **_options(prompt)) as source:
                yield from source
                _record_response(response, source)


class AsyncModel(_Shared, llm.AsyncKeyModel):  # type: ignore[misc]
    """The model for async use."""

    async def execute(
        self, prompt: Any, stream: bool, response: Any, conversation: Any, key: str | None = None
    ) -> AsyncGenerator[str, None]:
        messages = _messages(prompt, conversation)
        with _llm_errors():
            async with AIClient(key, base_url=prompt.options.base_url) as client:
                if not stream:
                    answer = await client.achat(messages, prompt.options.model, **_options(prompt))
                    _record_response(response, answer)
                    yield answer.text
                    return
                with client.stream(messages, prompt.options.model, **_options(prompt)) as source:
                    async for delta in source:
                        yield delta
                    _record_response(response, source)


@llm.hookimpl
def register_models(register: Any) -> None:
    """Called by llm."""
    register(Model(), AsyncModel())


@contextmanager
def _llm_errors() -> Iterator[None]:
    """Raise failures as llm's own, which it prints in one line without a traceback."""
    try:
        yield
    except AIClientError as error:
        raise llm.ModelError(str(error)) from error


def _messages(prompt: Any, conversation: Any) -> list[dict[str, Any]]:
    """The conversation so far, each new system prompt, and the prompt."""
    messages: list[dict[str, Any]] = []
    system = None
    for response in [*(conversation.responses if conversation else ()), None]:
        current = response.prompt if response else prompt
        if current.system and current.system != system:
            system = current.system
            messages.append({"role": "system", "content": system})
        attachments = (response.attachments if response else None) or current.attachments
        messages.append({"role": "user", "content": _content(current.prompt, attachments)})
        if response:
            messages.append({"role": "assistant", "content": response.text_or_raise()})
    return messages


def _content(text: str, attachments: Any) -> str | list[dict[str, Any]]:
    if not attachments:
        return text
    urls = [a.url or f"data:{a.resolve_type()};base64,{a.base64_content()}" for a in attachments]
    images = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
    return [{"type": "text", "text": text}, *images] if text else images


def _options(prompt: Any) -> dict[str, Any]:
    values = {name: getattr(prompt.options, name) for name in ("temperature", "max_tokens")}
    options = {name: value for name, value in values.items() if value is not None}
    if prompt.schema:
        schema = {"name": "output", "schema": prompt.schema}
        options["response_format"] = {"type": "json_schema", "json_schema": schema}
    return options


def _record_response(response: Any, answer: ChatResponse | ResponseStream) -> None:
    names = ("model", "provider", "finish_reason", "request_id")
    response.response_json = {name: getattr(answer, name) for name in names}
    if usage := answer.usage:
        response.set_usage(input=usage.prompt_tokens, output=usage.completion_tokens)
