# /// script
# requires-python = ">=3.11,<3.15"
# dependencies = ["litellm>=1.106"]
# ///
"""litellm, in its own environment (`litellm_library.py.lock`): it needs an older OpenAI library than 3."""

import os

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # otherwise its import sends a request to the internet

from typing import Any

import litellm

from .basics import KEY, MODEL, Messages


class Client:
    """The module functions of litellm."""

    def __init__(self, url: str, ca: str | None) -> None:
        self.arguments: dict[str, Any] = {"model": f"openai/{MODEL}", "api_key": KEY, "base_url": url}
        if ca is not None:
            os.environ["SSL_CERT_FILE"] = ca

    def ask(self, messages: Messages) -> str:
        text: str = litellm.completion(messages=messages, **self.arguments).choices[0].message.content
        return text

    def read(self, messages: Messages) -> list[str]:
        stream = litellm.completion(messages=messages, stream=True, **self.arguments)
        return [chunk.choices[0].delta.content for chunk in stream if chunk.choices and chunk.choices[0].delta.content]

    async def aask(self, messages: Messages) -> str:
        text: str = (await litellm.acompletion(messages=messages, **self.arguments)).choices[0].message.content
        return text

    async def aread(self, messages: Messages) -> list[str]:
        stream = await litellm.acompletion(messages=messages, stream=True, **self.arguments)
        return [
            chunk.choices[0].delta.content async for chunk in stream if chunk.choices and chunk.choices[0].delta.content
        ]
