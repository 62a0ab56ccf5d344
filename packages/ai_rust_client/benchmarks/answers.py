"""What the servers of the benchmarks answer, made beforehand, and the text that a client must have received.

Two protocols say the same text: chat completions, and the Messages protocol that the anthropic library speaks.
"""

import json
from dataclasses import dataclass

from contenders.basics import MODEL

TEXT = "word " * 20
# Different words: litellm refuses a model that repeats itself. All of one length.
WORDS = [f"word{number} " for number in range(10)]


def streamed_text(chunks: int) -> str:
    return "".join(WORDS[number % len(WORDS)] for number in range(chunks))


@dataclass(frozen=True)
class Answers:
    """A whole answer; and of a stream what comes before its chunks of text, those in turn, and what ends it.

    The parts differ in their text alone, as those of most providers; `varied` ones also in a field beside it.
    """

    whole: bytes
    head: bytes
    parts: list[bytes]
    varied: list[bytes]
    end: bytes


def _event(data: dict[str, object], name: str = "") -> bytes:
    return (f"event: {name}\n" if name else "").encode() + b"data: %b\n\n" % json.dumps(data).encode()


def _chunk(delta: dict[str, str], finish_reason: str | None = None, **more: str) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}
    start = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_700_000_000, "model": MODEL}
    return _event(start | {"system_fingerprint": "fp_1", "choices": [choice]} | more)


def _padding(number: int) -> str:
    """OpenAI's own way to hide lengths: some letters, other ones each time."""
    return "".join(chr(ord("a") + (number * 7 + place * 11) % 26) for place in range(number % 13))


def _chat() -> Answers:
    choice = {"index": 0, "message": {"role": "assistant", "content": TEXT}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 12, "completion_tokens": 20, "total_tokens": 32}
    start = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1_700_000_000, "model": MODEL}
    return Answers(
        whole=json.dumps(start | {"choices": [choice], "usage": usage}).encode(),
        head=b"",
        parts=[_chunk({"content": word}) for word in WORDS],
        varied=[_chunk({"content": WORDS[n % len(WORDS)]}, obfuscation=_padding(n)) for n in range(260)],
        end=_chunk({}, "stop") + b"data: [DONE]\n\n",
    )


def _messages() -> Answers:
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": MODEL, "stop_sequence": None}
    content = [{"type": "text", "text": TEXT}]
    usage = {"input_tokens": 12, "output_tokens": 20}

    def event(name: str, **data: object) -> bytes:
        return _event({"type": name, **data}, name)

    parts = [event("content_block_delta", index=0, delta={"type": "text_delta", "text": word}) for word in WORDS]

    return Answers(
        whole=json.dumps(message | {"content": content, "stop_reason": "end_turn", "usage": usage}).encode(),
        head=event("message_start", message=message | {"content": [], "stop_reason": None, "usage": usage})
        + event("content_block_start", index=0, content_block={"type": "text", "text": ""}),
        parts=parts,
        varied=parts,
        end=event("content_block_stop", index=0)
        + event("message_delta", delta={"stop_reason": "end_turn", "stop_sequence": None}, usage=usage)
        + event("message_stop"),
    )


CHAT = _chat()
MESSAGES = _messages()
AT_ONCE = 16384 // len(CHAT.parts[0])
"""Chunks in a write of 16 KiB."""
