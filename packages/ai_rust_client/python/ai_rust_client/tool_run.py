"""Tool loops: the model calls Python functions until it answers. `AIClient.run` and `arun`."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import math
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from ai_rust_client._deadline import Deadline, with_total
from ai_rust_client._errors import APITimeoutError
from ai_rust_client._messages import Prompt, as_messages, check_model, described
from ai_rust_client._redact import redacted
from ai_rust_client._schema import MismatchError
from ai_rust_client._surrogates import replace_surrogates
from ai_rust_client._to_json import to_json
from ai_rust_client._tools import Tool, is_coroutine_function, schema_only, tools_of
from ai_rust_client._usage import total_usage

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from ai_rust_client._chats import Chats
    from ai_rust_client._native import ChatResponse, ToolCall, Usage

    _Stopped = Literal["answer", "max_steps", "refused", "pending"]

_MAX_THREADS = 16
_MAX_ERROR_LENGTH = 1000


@dataclass(frozen=True)
class ToolResult:
    """A call of a tool. `content` is what the model gets; `error` is what the tool raised, if it did."""

    call: ToolCall
    content: str
    error: Exception | None = None
    refused: bool = False


@dataclass(frozen=True)
class ToolRun:
    """What a tool loop did.

    `messages` is the whole conversation, ready for the next call. `steps` has the model's answers and the results of
    tools in order. `stopped` says why it ended: with an answer, after `max_steps` answers that call tools, because
    `before_call` refused a call, or because calls are `pending`: those of tools that were given as mappings, and so
    without a function. Append their results to `messages` before you go on.

    `usage` is the sum of what the provider reported; its counts are 0 if it reported nothing.
    """

    text: str
    messages: list[Mapping[str, Any]]
    steps: tuple[ChatResponse | ToolResult, ...]
    usage: Usage
    stopped: _Stopped
    pending: tuple[ToolCall, ...] = ()


@dataclass
class _Call:
    """A call that the model asks for; its result is set once it ran, or if it cannot."""

    call: ToolCall
    work: Callable[[], Any] | None = None
    is_async: bool = False
    result: ToolResult | None = None

    def decide(self, decision: object) -> None:
        """Refuse the call if `before_call` returned False; only True lets it run, so no mistake approves a call."""
        if not isinstance(decision, bool):
            if inspect.iscoroutine(decision):
                decision.close()
            got = "None" if decision is None else type(decision).__name__
            raise TypeError(
                f"before_call must return True to run a call or False to refuse it, not {got}; "
                f"{self.call.name} and the other calls of this answer did not run"
            )
        if not decision:
            self.result = ToolResult(self.call, "The user refused this call.", refused=True)

    def succeed(self, value: Any) -> None:
        try:
            text = value if isinstance(value, str) else to_json(value)
            self.result = ToolResult(self.call, replace_surrogates(text))
        except Exception as error:  # noqa: BLE001  a result that contains itself, or too deep, or that fails as JSON
            self.fail(error)

    def fail(self, error: Exception) -> None:
        text = redacted(replace_surrogates(f"{type(error).__name__}: {error}"))[:_MAX_ERROR_LENGTH]
        self.result = ToolResult(self.call, f"Error: {text}", error)

    def value(self) -> Any:
        """What the tool returns. What it raises becomes the result at once: no future can have a StopIteration."""
        try:
            return None if self.work is None else self.work()
        except Exception as error:  # noqa: BLE001  the model gets it
            self.fail(error)
            return None

    def run(self) -> None:
        value = self.value()
        if inspect.iscoroutine(value):
            value.close()
            self.fail(TypeError(f"{self.call.name} returned a coroutine; use arun"))
        if self.result is None:
            self.succeed(value)

    async def arun(self) -> None:
        value = self.value() if self.is_async else await asyncio.to_thread(self.value)
        try:
            value = await value if inspect.isawaitable(value) else value
        except Exception as error:  # noqa: BLE001  the model gets it
            self.fail(error)
        if self.result is None:
            self.succeed(value)


@dataclass
class _Loop:
    """The state of a tool loop, without its requests."""

    messages: list[Mapping[str, Any]]
    tools: dict[str, Tool]
    schema_only: frozenset[str]
    options: dict[str, Any]
    deadline: Deadline
    steps: list[ChatResponse | ToolResult] = field(default_factory=list)
    answers: list[ChatResponse] = field(default_factory=list)
    pending: tuple[ToolCall, ...] = ()

    def next_options(self) -> dict[str, Any]:
        """The options of the next request. Raises APITimeoutError if no time is left."""
        remaining = self.deadline.remaining
        if remaining == math.inf:
            return self.options
        if remaining <= 0:
            raise APITimeoutError("the run took longer than its total_timeout", phase="total")
        given = self.options.get("timeout")
        total = getattr(given, "total", given)
        own = total if isinstance(total, int | float) else math.inf
        return {**self.options, "timeout": with_total(given, min(own, remaining))}

    def receive(self, response: ChatResponse) -> list[_Call]:
        """Add an answer; returns the calls in it that are to run here."""
        self.steps.append(response)
        self.answers.append(response)
        self.messages.append(response.message)
        if self.options.get("tool_choice") not in (None, "auto", "none"):
            self.options["tool_choice"] = "auto"  # a forced call would be forced after its result too
        self.pending = tuple(call for call in response.tool_calls if call.name in self.schema_only)
        return [self._prepare(call) for call in response.tool_calls if call.name not in self.schema_only]

    def _prepare(self, call: ToolCall) -> _Call:
        tool = self.tools.get(call.name)
        if tool is None:
            known = f"The tools are: {', '.join(self.tools)}." if self.tools else "There are no tools."
            content = f"Error: there is no tool {call.name!r}. {known}"
            return _Call(call, result=ToolResult(call, content))
        try:
            return _Call(call, tool.bind(call.arguments), tool.is_async)
        except MismatchError as mismatch:
            content = f"Error: the arguments of {call.name} are wrong. {'; '.join(mismatch.problems)}"
            return _Call(call, result=ToolResult(call, replace_surrogates(content), mismatch))

    def add_results(self, calls: Sequence[_Call]) -> None:
        """Add the results of calls, in the order of the calls."""
        for call in calls:
            if call.result is not None:
                self.steps.append(call.result)
                message = {"role": "tool", "tool_call_id": call.call.id, "content": call.result.content}
                self.messages.append(message)

    def end(self, max_steps: int) -> ToolRun | None:
        """What the loop did, if it ends after these results."""
        if any(isinstance(step, ToolResult) and step.refused for step in self.steps):
            return self.result("refused")
        if self.pending:
            return self.result("pending")
        return self.result("max_steps") if len(self.answers) >= max_steps else None

    def result(self, stopped: _Stopped) -> ToolRun:
        """What the loop did."""
        usage = total_usage(answer.usage for answer in self.answers)
        return ToolRun(self.answers[-1].text, self.messages, tuple(self.steps), usage, stopped, self.pending)


def run(
    client: Chats,
    messages: Prompt,
    model: str | Sequence[str],
    tools: Iterable[Callable[..., Any] | Mapping[str, Any]],
    *,
    max_steps: int = 10,
    total_timeout: float | None = None,
    before_call: Callable[[ToolCall], bool] | None = None,
    **options: Any,
) -> ToolRun:
    """See `AIClient.run`."""
    check_model(model, "run(messages, model, tools)")
    loop = _loop(messages, tools, max_steps, before_call, options, total_timeout)
    for tool in loop.tools.values():
        if tool.is_async:
            raise TypeError(f"the tool {tool.name} is a coroutine function; use arun")
    if before_call is not None and is_coroutine_function(before_call):
        raise TypeError("before_call is a coroutine function; use arun, or a function that returns True or False")
    while True:
        calls = loop.receive(client.chat(loop.messages, model, **loop.next_options()))
        if not calls and not loop.pending:
            return loop.result("answer")
        for call in calls:
            if before_call is not None and call.work:
                call.decide(before_call(call.call))
        _run_all([call for call in calls if call.result is None])
        loop.add_results(calls)
        if end := loop.end(max_steps):
            return end


async def arun(
    client: Chats,
    messages: Prompt,
    model: str | Sequence[str],
    tools: Iterable[Callable[..., Any] | Mapping[str, Any]],
    *,
    max_steps: int = 10,
    total_timeout: float | None = None,
    before_call: Callable[[ToolCall], bool | Awaitable[bool]] | None = None,
    **options: Any,
) -> ToolRun:
    """See `AIClient.arun`."""
    check_model(model, "run(messages, model, tools)")
    loop = _loop(messages, tools, max_steps, before_call, options, total_timeout)
    while True:
        calls = loop.receive(await client.achat(loop.messages, model, **loop.next_options()))
        if not calls and not loop.pending:
            return loop.result("answer")
        for call in calls:
            if before_call is not None and call.work:
                decision = before_call(call.call)
                call.decide(await decision if inspect.isawaitable(decision) else decision)
        await asyncio.gather(*(call.arun() for call in calls if call.result is None))
        loop.add_results(calls)
        if end := loop.end(max_steps):
            return end


def _loop(
    messages: Prompt,
    functions: Iterable[Callable[..., Any] | Mapping[str, Any]],
    max_steps: int,
    before_call: object,
    options: Mapping[str, Any],
    total_timeout: float | None,
) -> _Loop:
    if not isinstance(functions, Iterable) or isinstance(functions, str | Mapping | type):
        raise TypeError(f"tools must be a list of functions, not {described(functions)}")
    if not isinstance(max_steps, int):
        raise TypeError(f"max_steps must be a number, not {described(max_steps)}")
    if max_steps < 1:
        raise ValueError(f"max_steps must be at least 1, not {max_steps}")
    if before_call is not None and not callable(before_call):
        raise TypeError(f"before_call must be a function, not {type(before_call).__name__}")
    if total_timeout is not None and (isinstance(total_timeout, bool) or not isinstance(total_timeout, int | float)):
        raise TypeError(f"total_timeout must be a number of seconds, not {type(total_timeout).__name__}")
    if total_timeout is not None and not total_timeout > 0:
        raise ValueError(f"total_timeout must be more than 0 seconds, not {total_timeout}")
    tools, definitions = tools_of(functions)
    sent = {**options, "tools": definitions} if definitions else dict(options)
    return _Loop(as_messages(messages), tools, schema_only(definitions) - tools.keys(), sent, Deadline(total_timeout))


def _run_all(calls: Sequence[_Call]) -> None:
    """Run calls at the same time, one of them alone on this thread."""
    if not calls:
        return
    if len(calls) == 1:
        calls[0].run()
        return
    pool = ThreadPoolExecutor(min(len(calls), _MAX_THREADS), "ai_rust_client-tool")
    try:
        for future in [pool.submit(contextvars.copy_context().run, call.run) for call in calls]:
            future.result()
    finally:
        # Ctrl-C does not wait for the tools that still run.
        pool.shutdown(wait=False, cancel_futures=True)
