"""Produces the answer of a turn: sends the request, reads the stream, and turns it into events.

A provider that refuses tools is asked again without them, and from then on never offered any.
"""

from collections.abc import Sequence
from typing import Any

from minimal_browser_core.chat.port import ChatClient, Message, ResponseStream, StreamEvent, ToolCall
from minimal_browser_core.copilot.approval.policy import ApprovalPolicy
from minimal_browser_core.copilot.context.message import render_question
from minimal_browser_core.copilot.context.page import PageContext
from minimal_browser_core.copilot.events import (
    ReasoningDelta,
    TextDelta,
    ToolCallProposed,
    ToolCallRejected,
    TurnNotice,
)
from minimal_browser_core.copilot.exchange import Outcome, ToolCallRecord
from minimal_browser_core.copilot.prompts import system_prompt
from minimal_browser_core.copilot.providers.failures import may_refuse_tools
from minimal_browser_core.copilot.tools.registry import parse_call, tool_schemas
from minimal_browser_core.copilot.tools.tool import Approval
from minimal_browser_core.copilot.turn import Turn
from minimal_browser_core.errors import AIClientError, NotFoundError, ToolError

_NOTICES = {
    "length": "The answer was cut at the model's length limit.",
    "content_filter": "The provider's content filter ended the answer.",
}


class Answering:
    """Answers turns with one client. `answer` blocks, and may be called on several threads."""

    def __init__(
        self,
        client: ChatClient,
        models: Sequence[str],
        policy: ApprovalPolicy,
        *,
        page_budget: int,
        history_budget: int,
    ) -> None:
        """`models` in order of preference; if empty, the first that the server lists. Budgets are in characters."""
        self._client = client
        self._models = tuple(models)
        self._policy = policy
        self._page_budget = page_budget
        self._history_budget = history_budget
        self._tools_refused = False

    def answer(self, turn: Turn, page: PageContext | None) -> None:
        """Answer the turn's question; an AIClientError if that fails."""
        exchange = turn.exchange
        models = self._models or self._first_listed_model()
        exchange.model = models[0]
        messages = [
            *turn.branch.messages(self._history_budget),
            {"role": "user", "content": render_question(exchange.question, page, budget=self._page_budget)},
        ]
        tools = [] if self._tools_refused else self._offered_tools()
        try:
            self._read(turn, self._open(turn, messages, models, tools))
        except AIClientError as error:
            if not tools or not exchange.is_empty or not may_refuse_tools(error):
                raise
            notice = TurnNotice(f"{models[0]} takes no tools: it was asked again without actions.")
            self._read(turn, self._open(turn, messages, models, []), first=notice)
            self._tools_refused = True

    def _offered_tools(self) -> list[dict[str, Any]]:
        schemas = tool_schemas()
        return [tool for tool in schemas if self._policy.approval(tool["function"]["name"]) is not Approval.DENY]

    def _open(
        self,
        turn: Turn,
        messages: list[Message],
        models: Sequence[str],
        tools: list[dict[str, Any]],
    ) -> ResponseStream:
        system = {"role": "system", "content": system_prompt(has_tools=bool(tools))}
        options = {"tools": tools} if tools else {}
        model = models[0] if len(models) == 1 else list(models)
        stream = self._client.stream([system, *messages], model, **options)
        turn.attach(stream)
        return stream

    def _read(self, turn: Turn, stream: ResponseStream, *, first: TurnNotice | None = None) -> None:
        """Emit the events of `stream`, and `first` before them once something arrives."""
        exchange = turn.exchange
        with stream:
            for event in stream.events():
                if first is not None:
                    turn.emit(first)
                    first = None
                self._emit(turn, event)
            exchange.model = stream.model or exchange.model
            exchange.usage = stream.usage
            if notice := _NOTICES.get(stream.finish_reason or ""):
                turn.emit(TurnNotice(notice))
        if not exchange.text.strip() and not exchange.tool_calls:
            turn.emit(TurnNotice("The model ended its answer without saying anything."))

    def _emit(self, turn: Turn, event: StreamEvent) -> None:
        if event.kind == "text" and event.text:
            turn.exchange.parts.append(event.text)
            turn.emit(TextDelta(event.text))
        elif event.kind == "reasoning" and event.text:
            turn.emit(ReasoningDelta(event.text))
        elif event.kind == "tool_call" and event.tool_call is not None:
            turn.emit(self._tool_call(turn, event.tool_call))

    def _tool_call(self, turn: Turn, call: ToolCall) -> ToolCallProposed | ToolCallRejected:
        try:
            proposal = parse_call(call.name, call.arguments)
            approval = self._policy.approval(proposal.tool_name)
            if approval is Approval.DENY:
                setting = f"copilot.actions.{proposal.tool_name}"
                raise ToolError(f"{proposal.describe()}: denied by the setting {setting}.")
        except ToolError as error:
            turn.exchange.tool_calls.append(ToolCallRecord(None, str(error), "rejected"))
            return ToolCallRejected(str(error))
        outcome: Outcome = "allowed" if approval is Approval.ALLOW else "undecided"
        turn.exchange.tool_calls.append(ToolCallRecord(proposal, proposal.describe(), outcome))
        return ToolCallProposed(proposal, approval)

    def _first_listed_model(self) -> tuple[str, ...]:
        models = self._client.models()
        if not models:
            raise NotFoundError("it lists no models", status=None)
        self._models = (models[0].id,)
        return self._models
