"""A conversation with one provider: questions go in, turns come out, and exchanges are remembered.

Everything that can wait (listing a server's models, the request, the stream) happens on one thread per turn.
"""

import threading
from collections.abc import Sequence

from minimal_browser_core.chat.port import ChatClient
from minimal_browser_core.copilot import offline
from minimal_browser_core.copilot.answering import Answering
from minimal_browser_core.copilot.approval.policy import ApprovalPolicy
from minimal_browser_core.copilot.branch import Branch
from minimal_browser_core.copilot.context.budget import HISTORY_BUDGET, PAGE_BUDGET
from minimal_browser_core.copilot.context.page import PageContext, unreadable_reason, without_credentials
from minimal_browser_core.copilot.context.text import clean_line
from minimal_browser_core.copilot.events import TurnEvent, TurnFailed, TurnFinished, TurnNotice
from minimal_browser_core.copilot.exchange import Exchange
from minimal_browser_core.copilot.providers.failures import explain
from minimal_browser_core.copilot.providers.routing import Route
from minimal_browser_core.copilot.turn import Turn
from minimal_browser_core.errors import MinimalBrowserError, StorageError, StreamCancelled
from minimal_browser_core.settings.schema import Config
from minimal_browser_core.storage.conversations import ConversationService
from minimal_browser_core.storage.port import ConversationStore
from minimal_browser_core.storage.text import encodable


class CopilotSession:
    """`ask`, `new_thread` and `close` return at once; `resume` and `record` wait for the disk. Thread-safe."""

    def __init__(
        self,
        client: ChatClient,
        *,
        models: Sequence[str] = (),
        policy: ApprovalPolicy | None = None,
        store: ConversationStore | None = None,
        label: str = "",
        page_budget: int = PAGE_BUDGET,
        history_budget: int = HISTORY_BUDGET,
    ) -> None:
        """`models` in order of preference; if empty, the first that the server lists. The caller closes the client.

        `label` names the provider for the user. Budgets are in characters.
        """
        self._answering = Answering(
            client, models, policy or ApprovalPolicy(), page_budget=page_budget, history_budget=history_budget
        )
        self._conversations = ConversationService(store) if store is not None else None
        self._label = label
        self._branch = Branch()
        self._running: set[Turn] = set()
        self._lock = threading.Lock()

    def ask(self, question: str, page: PageContext | None = None) -> Turn:
        """Start an answer to `question`, with the page if one is given and the exchanges of this thread.

        A page that the copilot must not read is dropped, and the turn says so: see `unreadable_reason`.
        """
        exchange = Exchange(encodable(question.strip()), label=self._label)
        turn = Turn(exchange, self._branch)
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
        """Start a new thread, which later questions belong to. Running turns keep the old one."""
        self._branch = Branch()

    def resume(self, id: int) -> Sequence[Exchange]:
        """Continue from a stored exchange, and return it and those before it, the first one first. Blocks on the disk.

        The next question is a new branch if the exchange was continued before. Running turns keep the old thread.
        InvalidData if there is no such exchange, StorageError if there is no store.
        """
        self._branch = Branch.stored(self._require_conversations(), id)
        return tuple(self._branch.exchanges)

    def close(self) -> None:
        """Cancel the running turns. The caller closes client and store."""
        with self._lock:
            running = list(self._running)
        for turn in running:
            turn.cancel()

    def record(self, turn: Turn) -> int:
        """Store a finished turn and return its id; once, however often it is called. Blocks on the disk.

        StorageError if it cannot be stored or there is no store; ValueError if the turn is still in progress.
        """
        conversations = self._require_conversations()
        if not turn.wait(0):
            raise ValueError("the turn is still in progress; record it once it has finished")
        return turn.branch.record(conversations, turn.exchange)

    def _require_conversations(self) -> ConversationService:
        if self._conversations is None:
            raise StorageError("This copilot has no conversation store, so nothing can be recorded or continued.")
        return self._conversations

    def _run(self, turn: Turn, page: PageContext | None) -> None:
        """On the turn's own thread."""
        exchange = turn.exchange
        last: TurnEvent
        try:
            self._answering.answer(turn, page)
            last = TurnFinished(exchange.model, exchange.usage, _who_answered(self._label, exchange.model))
        except MinimalBrowserError as error:
            last = TurnFailed(*explain(error, self._label), cancelled=isinstance(error, StreamCancelled))
        except Exception as error:  # noqa: BLE001  a bug must reach the user, not end a thread in silence
            message = f"The copilot failed: {type(error).__name__}: {clean_line(str(error))}"
            last = TurnFailed(message, "This is a bug in the browser; please report it.")
        if isinstance(last, TurnFailed):
            exchange.failure = last.message
        if not exchange.is_empty:
            turn.branch.exchanges.append(exchange)
        with self._lock:
            self._running.discard(turn)
        turn.emit(last)


def open_session(
    route: Route, client: ChatClient, config: Config, *, store: ConversationStore | None = None
) -> CopilotSession:
    """A session over `client` with the settings of `config`; it records in `store`. ValueError for an unknown tool."""
    return CopilotSession(
        client,
        models=route.models,
        policy=ApprovalPolicy(config.copilot.actions),
        store=store,
        label=route.label,
        page_budget=offline.PAGE_BUDGET if route.is_offline else config.copilot.page_budget,
        history_budget=config.copilot.history_budget,
    )


def _who_answered(label: str, model: str) -> str:
    """The provider, and its model if it has one."""
    return f"{label}: {model}" if label and model and model != offline.MODEL else label or model
