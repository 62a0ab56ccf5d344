import select
import threading
from collections.abc import Callable, Iterator

import pytest

from minimal_browser_core.chat.port import ChatClient
from minimal_browser_core.chat.values import StreamEvent
from minimal_browser_core.copilot.context.message import render_question
from minimal_browser_core.copilot.context.page import PageContext
from minimal_browser_core.copilot.events import TurnEvent, TurnFinished
from minimal_browser_core.copilot.offline import LABEL
from minimal_browser_core.copilot.offline.client import OfflineChatClient, start_stream
from minimal_browser_core.copilot.session import CopilotSession
from minimal_browser_core.copilot.turn import Turn
from minimal_browser_core.errors import AIClientError, StreamCancelled

EventsOf = Callable[[Turn], list[TurnEvent]]


@pytest.fixture
def asked(page: PageContext) -> list[dict[str, str]]:
    return [{"role": "user", "content": render_question("summarise", page)}]


def test_it_is_a_chat_client() -> None:
    client: ChatClient = OfflineChatClient()
    assert isinstance(client, ChatClient)
    assert [(model.id, model.name) for model in client.models()] == [("offline", LABEL)]
    client.prewarm()
    client.close()


def test_it_streams_in_small_deltas(asked: list[dict[str, str]]) -> None:
    stream = OfflineChatClient().stream(asked)
    deltas = list(stream)
    assert len(deltas) > 20
    assert max(map(len, deltas)) < 40
    assert "".join(deltas) == stream.text
    assert (stream.model, stream.finish_reason, stream.usage) == ("offline", "stop", None)


def test_events_end_with_finish(asked: list[dict[str, str]]) -> None:
    kinds = [event.kind for event in OfflineChatClient().stream(asked).events()]
    assert set(kinds[:-1]) == {"text"}
    assert kinds[-1] == "finish"


def test_a_descriptor_says_when_to_drain(asked: list[dict[str, str]]) -> None:
    stream = OfflineChatClient().stream(asked)
    events: list[StreamEvent] = []
    while not events or events[-1].kind != "finish":
        assert select.select([stream], [], [], 30)[0]
        events += stream.drain()
    assert "".join(event.text for event in events) == stream.text
    assert stream.drain() == []


async def test_it_is_read_asynchronously_too(asked: list[dict[str, str]]) -> None:
    client = OfflineChatClient()
    stream = await client.stream(asked)
    deltas = [delta async for delta in stream]
    response = await client.achat(asked)
    assert "".join(deltas) == response.text == client.chat(asked).text
    assert (await client.amodels())[0].id == "offline"


async def test_asynchronous_events_are_complete(asked: list[dict[str, str]]) -> None:
    kinds = [event.kind async for event in OfflineChatClient().stream(asked).aevents()]
    assert kinds[-1] == "finish"


def test_a_cancelled_stream_raises_and_wakes_its_reader() -> None:
    go = threading.Event()

    def work() -> Iterator[StreamEvent]:
        yield StreamEvent("text", "a")
        go.wait(30)
        yield StreamEvent("text", "b")

    stream = start_stream(work)
    assert next(stream) == "a"
    stream.cancel()
    stream.cancel()
    assert select.select([stream], [], [], 30)[0]
    with pytest.raises(StreamCancelled):
        stream.drain()
    with pytest.raises(StreamCancelled):
        next(stream)
    go.set()
    assert stream.text == "a"


def test_an_exception_of_the_producer_reaches_the_reader() -> None:
    def work() -> Iterator[StreamEvent]:
        yield StreamEvent("text", "a")
        raise KeyError("gone")

    stream = start_stream(work)
    assert next(stream) == "a"
    with pytest.raises(AIClientError, match="KeyError"):
        next(stream)


def test_leaving_a_stream_early_cancels_it() -> None:
    go = threading.Event()

    def work() -> Iterator[StreamEvent]:
        yield StreamEvent("text", "a")
        go.wait(30)

    with start_stream(work) as stream:
        next(stream)
    with pytest.raises(StreamCancelled):
        list(stream.events())
    go.set()


def test_a_session_labels_it_honestly(page: PageContext, events_of: EventsOf) -> None:
    session = CopilotSession(OfflineChatClient(), models=["offline"], label=LABEL)
    turn = session.ask("When was it built?", page)
    finished = events_of(turn)[-1]
    assert finished == TurnFinished("offline", None, "offline, no model")
    assert "1868" in turn.text


def test_content_in_parts_is_read() -> None:
    content = [{"type": "text", "text": "help"}, {"type": "image_url", "image_url": {"url": "data:,"}}]
    assert "offline" in OfflineChatClient().chat([{"role": "user", "content": content}]).text


def test_the_last_question_is_answered(page: PageContext) -> None:
    messages = [
        {"role": "system", "content": "s"},
        {"role": "user", "content": "help"},
        {"role": "assistant", "content": "…"},
        {"role": "user", "content": render_question("How high is the tower?", page)},
    ]
    assert "41 metres" in OfflineChatClient().chat(messages).text


def test_a_request_without_messages_is_answered() -> None:
    assert OfflineChatClient().chat([]).text
