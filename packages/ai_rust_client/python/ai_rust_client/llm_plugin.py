"""A model for the command `llm`: `llm -m ai-rust -o model openai/gpt-4o-mini "Why is the sky blue?"`.

llm finds it by its entry point; nothing else imports this module. Text, images, schemas and conversations, sync and
async; no tools. The key is what `llm keys set openrouter` stored, or OPENROUTER_API_KEY; a server that asks for none
gets none.
"""

from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from typing import Any

import llm
from pydantic import Field

from ai_rust_client import AIClient, AIClientError, ChatResponse, ResponseStream


class Options(llm.Options):
    model: str = Field(default="openrouter/auto", description="The model's name at the provider")
    base_url: str = Field(default="https://openrouter.ai/api/v1", description="Where the API is")
    temperature: float | None = Field(default=None, description="From 0 to 2", ge=0, le=2)
    max_tokens: int | None = Field(default=None, description="The most that the answer may take", gt=0)


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


class Model(_Shared, llm.KeyModel):  # type: ignore[misc]  # narrower than llm declares them
    def execute(
        self, prompt: Any, stream: bool, response: Any, conversation: Any, key: str | None = None
    ) -> Iterator[str]:
        messages = _messages(prompt, conversation)
        with _told(), AIClient(key, base_url=prompt.options.base_url) as client:
            if not stream:
                answer = client.chat(messages, prompt.options.model, **_options(prompt))
                _account(response, answer)
                yield answer.text
                return
            with client.stream(messages, prompt.options.model, **_options(prompt)) as source:
                yield from source
                _account(response, source)


class AsyncModel(_Shared, llm.AsyncKeyModel):  # type: ignore[misc]
    async def execute(
        self, prompt: Any, stream: bool, response: Any, conversation: Any, key: str | None = None
    ) -> AsyncGenerator[str, None]:
        messages = _messages(prompt, conversation)
        with _told():
            async with AIClient(key, base_url=prompt.options.base_url) as client:
                if not stream:
                    answer = await client.achat(messages, prompt.options.model, **_options(prompt))
                    _account(response, answer)
                    yield answer.text
                    return
                with client.stream(messages, prompt.options.model, **_options(prompt)) as source:
                    async for delta in source:
                        yield delta
                    _account(response, source)


@llm.hookimpl
def register_models(register: Any) -> None:
    register(Model(), AsyncModel())


@contextmanager
def _told() -> Iterator[None]:
    """Failures as llm prints them: one line, no traceback."""
    try:
        yield
    except AIClientError as error:
        raise llm.ModelError(str(error)) from error


def _messages(prompt: Any, conversation: Any) -> list[dict[str, Any]]:
    """What was said before, the system prompt where it is new, and the prompt."""
    messages: list[dict[str, Any]] = []
    system = None
    for turn in [*(conversation.responses if conversation else ()), None]:
        asked = turn.prompt if turn else prompt
        if asked.system and asked.system != system:
            system = asked.system
            messages.append({"role": "system", "content": system})
        attachments = (turn.attachments if turn else None) or asked.attachments
        messages.append({"role": "user", "content": _content(asked.prompt, attachments)})
        if turn:
            messages.append({"role": "assistant", "content": turn.text_or_raise()})
    return messages


def _content(text: str, attachments: Any) -> str | list[dict[str, Any]]:
    if not attachments:
        return text
    urls = [a.url or f"data:{a.resolve_type()};base64,{a.base64_content()}" for a in attachments]
    images = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
    return [{"type": "text", "text": text}, *images] if text else images


def _options(prompt: Any) -> dict[str, Any]:
    given = {name: getattr(prompt.options, name) for name in ("temperature", "max_tokens")}
    options = {name: value for name, value in given.items() if value is not None}
    if prompt.schema:
        form = {"name": "output", "schema": prompt.schema}
        options["response_format"] = {"type": "json_schema", "json_schema": form}
    return options


def _account(response: Any, answer: ChatResponse | ResponseStream) -> None:
    names = ("model", "provider", "finish_reason", "request_id")
    response.response_json = {name: getattr(answer, name) for name in names}
    if usage := answer.usage:
        response.set_usage(input=usage.prompt_tokens, output=usage.completion_tokens)
