"""A conversation with one model: questions go in, turns come out, and what was said is remembered.

Everything that can wait (listing a server's models, the request, the stream) happens on one thread a turn.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from minimal_browser_core.chat.port import ChatClient, Message, ResponseStream
from minimal_browser_core.copilot.context import (
    DEFAULT_BUDGET,
    PageContext,
    clean_line,
    render_question,
    unreadable_reason,
    without_credentials,
)
from minimal_browser_core.copilot.events import (
    ActionProposed,
    ActionRejected,
    ReasoningDelta,
    TextDelta,
    TurnEvent,
    TurnFailed,
    TurnFinished,
    TurnNotice,
)
from minimal_browser_core.copilot.exchange import Exchange
from minimal_browser_core.copilot.failures import explain
from minimal_browser_core.copilot.policy import ActionPolicy, Decision
from minimal_browser_core.copilot.prompts import SYSTEM_PROMPT, WITHOUT_TOOLS
from minimal_browser_core.copilot.tools import may_refuse_tools, offered_tools, read_tool_call
from minimal_browser_core.copilot.turn import Dialogue, Turn
from minimal_browser_core.errors import (
    AIClientError,
    InvalidData,
    MinimalBrowserError,
    NotFoundError,
    StorageError,
    StreamCancelled,
)
from minimal_browser_core.storage.conversations import ConversationService
from minimal_browser_core.storage.port import ConversationStore
from minimal_browser_core.storage.text import encodable

__all__ = [
    "ActionProposed",
    "ActionRejected",
    "CopilotSession",
    "ReasoningDelta",
    "TextDelta",
    "Turn",
    "TurnEvent",
    "TurnFailed",
    "TurnFinished",
    "TurnNotice",
]

NO_MODEL = "offline"
"""What the client without a model calls it."""

HISTORY_BUDGET = 12_000
"""Characters of earlier questions and answers that are sent along."""


class CopilotSession:
    """`ask`, `new_thread` and `close` return at once; `record` waits for the disk. Thread-safe."""

    def __init__(
        self,
        client: ChatClient,
        *,
        models: Sequence[str] = (),
        policy: ActionPolicy | None = None,
        store: ConversationStore | None = None,
        label: str = "",
        page_budget: int = DEFAULT_BUDGET,
        history_budget: int = HISTORY_BUDGET,
    ) -> None:
        """`models` in order of preference; none means the first that the server lists. The client stays the caller's.

        `label` tells the person who answers. Budgets are in characters.
        """
        self._client = client
        self._models = tuple(models)
        self._policy = policy or ActionPolicy()
        self._memory = ConversationService(store) if store is not None else None
        self._label = label
        self._page_budget = page_budget
        self._history_budget = history_budget
        self._tools_refused = False
        self._dialogue = Dialogue()
        self._running: set[Turn] = set()
        self._lock = threading.Lock()

    @property
    def label(self) -> str:
        return self._label

    def ask(self, question: str, page: PageContext | None = None) -> Turn:
        """Start an answer to `question`, with the page if one is given and the exchanges of this thread.

        A page that the copilot must not read is dropped, and the turn says so: see `unreadable_reason`.
        """
        exchange = Exchange(encodable(question.strip()))
        turn = Turn(exchange, self._dialogue)
        if page is not None and (reason := unreadable_reason(page.url)):
            page = None
            turn.emit(TurnNotice(reason))
        if page is not None:
            exchange.url, exchange.title = without_credentials(page.url), clean_line(page.title)
        with self._lock:
            self._running.add(turn)
        threading.Thread(target=self._run, args=(turn, page), name="copilot-turn", daemon=True).start()
        return turn

    def new_thread(self) -> None:
        """Forget what was said: later questions start afresh. Turns under way stay with the old thread."""
        self._dialogue = Dialogue()

    def resume(self, id: int) -> Sequence[Exchange]:
        """Go on from a stored exchange: it and those before it, the first one first. Blocks on the disk.

        What is asked next is a branch where the exchange was gone on from before. Turns under way stay with the old
        thread. InvalidData where there is no such exchange, StorageError where there is no store.
        """
        said = self._need_memory().path(id)
        dialogue = Dialogue()
        dialogue.thread_id, dialogue.branch_at = said[-1].thread_id, id
        dialogue.exchanges = [
            Exchange(row.prompt, row.url, parts=[row.response], model=row.model, stored_id=row.id) for row in said
        ]
        self._dialogue = dialogue
        return tuple(dialogue.exchanges)

    def close(self) -> None:
        """Cancel what is under way. The client and the store are the caller's to close."""
        with self._lock:
            running = list(self._running)
        for turn in running:
            turn.cancel()

    def record(self, turn: Turn) -> int:
        """Store a finished turn and give its id; once, however often it is called. Blocks on the disk.

        StorageError where it cannot be stored or there is no store; ValueError while the turn is being answered.
        """
        memory = self._need_memory()
        if not turn.wait(0):
            raise ValueError("the turn is still being answered; record it once it has finished")
        exchange, dialogue = turn.exchange, turn.dialogue
        with dialogue.recording:
            if exchange.stored_id is None and dialogue.thread_id is not None:
                # The person may have deleted the thread meanwhile: what is said after that begins another.
                with suppress(InvalidData):
                    exchange.stored_id = _record(memory, exchange, dialogue)
            if exchange.stored_id is None:
                dialogue.thread_id = memory.start_thread(clean_line(exchange.question, 100))
                dialogue.branch_at = None
                exchange.stored_id = _record(memory, exchange, dialogue)
            dialogue.branch_at = None
            return exchange.stored_id

    def _need_memory(self) -> ConversationService:
        if self._memory is None:
            raise StorageError("This copilot has no conversation store, so nothing can be recorded or taken up again.")
        return self._memory

    # On the turn's own thread.

    def _run(self, turn: Turn, page: PageContext | None) -> None:
        exchange = turn.exchange
        last: TurnEvent
        try:
            self._answer(turn, page)
            last = TurnFinished(exchange.model, exchange.usage, _who(self._label, exchange.model))
        except MinimalBrowserError as error:
            failure = explain(error, self._label)
            stopped = isinstance(error, StreamCancelled)
            last = TurnFailed(failure.message, failure.hint, exchange.text, stopped)
        except Exception as error:  # noqa: BLE001  a fault of ours must reach the person, not end a thread in silence
            message = f"The copilot failed: {type(error).__name__}: {clean_line(str(error))}"
            last = TurnFailed(message, "This is a fault of the browser; please report it.", exchange.text)
        if isinstance(last, TurnFailed):
            exchange.failure = last.message
        if exchange.text or exchange.actions:
            turn.dialogue.exchanges.append(exchange)
        with self._lock:
            self._running.discard(turn)
        turn.emit(last)

    def _answer(self, turn: Turn, page: PageContext | None) -> None:
        exchange = turn.exchange
        exchange.label = self._label
        models = self._models or self._first_listed_model()
        exchange.model = models[0]
        question = render_question(exchange.question, page, budget=self._page_budget)
        history = list(self._history(turn.dialogue))
        tools = [] if self._tools_refused else offered_tools(self._policy)
        try:
            stream = self._open(turn, history, question, models, tools)
            self._pump(turn, stream)
        except AIClientError as error:
            if not tools or exchange.parts or exchange.actions or not may_refuse_tools(error):
                raise
            stream = self._open(turn, history, question, models, [])
            self._pump(
                turn, stream, first=TurnNotice(f"{models[0]} takes no tools: it was asked again without actions.")
            )
            self._tools_refused = True

    def _open(
        self, turn: Turn, history: list[Message], question: str, models: Sequence[str], tools: list[dict[str, Any]]
    ) -> ResponseStream:
        system = SYSTEM_PROMPT if tools else f"{SYSTEM_PROMPT}\n\n{WITHOUT_TOOLS}"
        messages = [{"role": "system", "content": system}, *history, {"role": "user", "content": question}]
        options = {"tools": tools} if tools else {}
        stream = self._client.stream(messages, models[0] if len(models) == 1 else list(models), **options)
        turn.attach(stream)
        return stream

    def _pump(self, turn: Turn, stream: ResponseStream, *, first: TurnEvent | None = None) -> None:
        exchange = turn.exchange
        with stream:
            for event in stream.events():
                if first is not None:
                    turn.emit(first)
                    first = None
                if event.kind == "text" and event.text:
                    exchange.parts.append(event.text)
                    turn.emit(TextDelta(event.text))
                elif event.kind == "reasoning" and event.text:
                    turn.emit(ReasoningDelta(event.text))
                elif event.kind == "tool_call" and event.tool_call is not None:
                    said = read_tool_call(event.tool_call, self._policy)
                    if isinstance(said, ActionProposed):
                        exchange.propose(said.action, "allowed" if said.decision is Decision.ALLOW else "undecided")
                    else:
                        exchange.reject(said.reason)
                    turn.emit(said)
            exchange.model = stream.model or exchange.model
            exchange.usage = stream.usage
            if notice := _NOTICES.get(stream.finish_reason or ""):
                turn.emit(TurnNotice(notice))
        if not exchange.text.strip() and not exchange.actions:
            turn.emit(TurnNotice("The model ended its answer without saying anything."))

    def _first_listed_model(self) -> tuple[str, ...]:
        listed = self._client.models()
        if not listed:
            raise NotFoundError("it lists no models", status=None)
        self._models = (listed[0].id,)
        return self._models

    def _history(self, dialogue: Dialogue) -> Iterator[Message]:
        """The newest exchanges that fit the budget, oldest first."""
        left, chosen = self._history_budget, []
        for exchange in reversed(dialogue.exchanges):
            response = exchange.response
            left -= len(exchange.question) + len(response)
            if left < 0:
                break
            chosen.append((exchange.question, response))
        for question, response in reversed(chosen):
            yield {"role": "user", "content": question}
            yield {"role": "assistant", "content": response}


def _who(label: str, model: str) -> str:
    """The provider and, where there is one, its model."""
    return f"{label}: {model}" if label and model and model != NO_MODEL else label or model


def _record(memory: ConversationService, exchange: Exchange, dialogue: Dialogue) -> int:
    return memory.record(
        exchange.question,
        exchange.response,
        exchange.model,
        thread_id=dialogue.thread_id,
        parent_id=dialogue.branch_at,
        url=exchange.url,
        tags=exchange.tags,
        metadata=exchange.metadata,
    )


_NOTICES = {
    "length": "The answer was cut at the model's length limit.",
    "content_filter": "The provider's content filter ended the answer.",
}
