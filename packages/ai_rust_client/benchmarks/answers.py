"""The prepared answers of the benchmarks' servers, and the text that a client must receive."""

import json
from dataclasses import dataclass

from contenders.basics import MODEL

TEXT = "word " * 20
# Different words of the same length: litellm rejects a model that repeats itself.
WORDS = [f"word{number} " for number in range(10)]


def streamed_text(chunks: int) -> str:
    """The text of a stream of `chunks`."""
    return "".join(WORDS[number % len(WORDS)] for number in range(chunks))


@dataclass(frozen=True)
class Answers:
    """A whole answer; and the chunks of a stream, which are repeated, with the bytes at its end.

    `parts` differ only in their text, as the chunks of most providers; `varied` also differ in another field.
    """

    whole: bytes
    parts: list[bytes]
    varied: list[bytes]
    end: bytes


def _chunk(delta: dict[str, str], finish_reason: str | None = None, **more: str) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}
    start = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_700_000_000, "model": MODEL}
    return b"data: %b\n\n" % json.dumps(start | {"system_fingerprint": "fp_1", "choices": [choice]} | more).encode()


def _padding(number: int) -> str:
    """A few letters, different each time: OpenAI hides the length of chunks like that."""
    return "".join(chr(ord("a") + (number * 7 + place * 11) % 26) for place in range(number % 13))


def _chat() -> Answers:
    choice = {"index": 0, "message": {"role": "assistant", "content": TEXT}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 12, "completion_tokens": 20, "total_tokens": 32}
    start = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1_700_000_000, "model": MODEL}
    return Answers(
        whole=json.dumps(start | {"choices": [choice], "usage": usage}).encode(),
        parts=[_chunk({"content": word}) for word in WORDS],
        varied=[_chunk({"content": WORDS[n % len(WORDS)]}, obfuscation=_padding(n)) for n in range(260)],
        end=_chunk({}, "stop") + b"data: [DONE]\n\n",
    )


CHAT = _chat()
AT_ONCE = 16384 // len(CHAT.parts[0])
"""Chunks in one write of 16 KiB."""
