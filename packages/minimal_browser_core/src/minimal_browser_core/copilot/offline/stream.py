"""A stream of events that a thread produces, in place of the thread that receives a response."""

import threading
from collections.abc import Callable, Iterable

from minimal_browser_core.chat.python.channel import Channel
from minimal_browser_core.chat.python.protocol.accumulator import StreamAccumulator
from minimal_browser_core.chat.python.response_stream import PythonResponseStream
from minimal_browser_core.chat.values import StreamEvent
from minimal_browser_core.copilot.offline import MODEL
from minimal_browser_core.errors import AIClientError

Producer = Callable[[], Iterable[StreamEvent]]


def start_stream(produce: Producer) -> PythonResponseStream:
    """Call `produce` on a new thread; the stream has the events that it yields and the error that it raises."""
    channel, received = Channel(), StreamAccumulator(model=MODEL)
    channel.begin(received)
    threading.Thread(target=_run, args=(produce, channel, received), name="copilot-offline", daemon=True).start()
    return PythonResponseStream(channel, lambda: None)


def _run(produce: Producer, channel: Channel, received: StreamAccumulator) -> None:
    try:
        for event in produce():
            if channel.ended:  # cancelled
                return
            if event.tool_call is not None:
                received.tool_calls.append(event.tool_call)
            received.text_parts.append(event.text)
            channel.push([event])
    except Exception as error:  # noqa: BLE001  any exception must reach the reader
        failure = AIClientError(f"The offline copilot failed: {type(error).__name__}: {error}")
        failure.__cause__ = error
        channel.end(failure)
        return
    received.finish_reason = "tool_calls" if received.tool_calls else "stop"
    channel.push([StreamEvent("finish")])
    channel.end()
