"""The offline default as a chat client."""

import json
import re
import threading
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from minimal_browser_core.chat.port import Message
from minimal_browser_core.chat.values import ChatResponse, ModelInfo, StreamEvent, ToolCall
from minimal_browser_core.copilot.context import parse_question
from minimal_browser_core.copilot.offline.stream import MODEL, OfflineStream
from minimal_browser_core.storage.port import ConversationStore

if TYPE_CHECKING:
    from minimal_browser_core.copilot.offline.answers import Answer, Answerer

LABEL = "offline, no model"


class OfflineChatClient:
    """A ChatClient with no model and no network. Deterministic: the same page and question give the same answer.

    It quotes the sentences of the page that bear on the question, or that sum it up; searches `store`; understands a
    few plain commands; and says what it cannot do. The page is read from messages made by
    `minimal_browser_core.copilot.context.render_question`, or given to `ask`. Tools are called only if offered.
    """

    def __init__(self, store: ConversationStore | None = None) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._answerer: Answerer | None = None

    def send_request(self, prompt: str, model: str = MODEL) -> str:
        return self.chat([{"role": "user", "content": prompt}], model).text

    def stream_response(self, prompt: str, model: str = MODEL) -> OfflineStream:
        return self.stream([{"role": "user", "content": prompt}], model)

    def chat(self, messages: Sequence[Message], model: str | Sequence[str] = MODEL, **options: Any) -> ChatResponse:
        with self.stream(messages, model, **options) as stream:
            for _ in stream.events():
                pass
            return _response(stream)

    async def achat(
        self, messages: Sequence[Message], model: str | Sequence[str] = MODEL, **options: Any
    ) -> ChatResponse:
        with self.stream(messages, model, **options) as stream:
            async for _ in stream.aevents():
                pass
            return _response(stream)

    def stream(self, messages: Sequence[Message], model: str | Sequence[str] = MODEL, **options: Any) -> OfflineStream:
        """Return at once; the answer is worked out on a thread. `model` is not looked at, nor options but `tools`."""
        asked = next((message for message in reversed(messages) if message.get("role") == "user"), None)
        content = _text_of(asked) if asked is not None else ""
        tools = frozenset(tool["function"]["name"] for tool in options.get("tools") or ())
        return OfflineStream(lambda: self._work(content, tools))

    def _work(self, content: str, tools: frozenset[str]) -> Iterator[StreamEvent]:
        page, question = parse_question(content)
        yield from _events(self._warm().answer(question, page, tools))

    def _warm(self) -> "Answerer":
        # Words and patterns of many languages take tens of milliseconds to load: not where the client is made.
        from minimal_browser_core.copilot.offline.answers import Answerer

        with self._lock:
            self._answerer = self._answerer or Answerer(self._store)
            return self._answerer

    def models(self) -> list[ModelInfo]:
        return [ModelInfo(MODEL, LABEL)]

    async def amodels(self) -> list[ModelInfo]:
        return self.models()

    def prewarm(self) -> None:
        """Load what answers need, in the background."""
        threading.Thread(target=self._warm, name="copilot-prewarm", daemon=True).start()

    def close(self) -> None:
        """Nothing to close; the store is the caller's."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"OfflineChatClient({LABEL})"


def _response(stream: OfflineStream) -> ChatResponse:
    return ChatResponse(
        text=stream.text,
        reasoning="",
        tool_calls=stream.tool_calls,
        usage=None,
        model=MODEL,
        provider=None,
        finish_reason=stream.finish_reason,
        request_id=None,
        raw={},
    )


def _text_of(message: Message) -> str:
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "\n".join(part.get("text", "") for part in content if part.get("type") == "text")


# A word with the space behind it, words of one line only; long runs (languages without spaces) go in short pieces.
_DELTA = re.compile(r"\s*\S{1,16}[^\S\n]*|\s+")


def _events(answer: "Answer") -> Iterator[StreamEvent]:
    for match in _DELTA.finditer(answer.text):
        yield StreamEvent("text", match[0])
    if answer.tool is not None:
        name, arguments = answer.tool
        call = ToolCall("offline_1", name, json.dumps(arguments, ensure_ascii=False))
        yield StreamEvent("tool_call", tool_call=call)
