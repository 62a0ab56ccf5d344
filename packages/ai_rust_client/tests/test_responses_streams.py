"""Streams of the Responses API as providers send them, and with odd fields."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ai_rust_client
from ai_rust_client import AIClient, compat
from ai_rust_client.responses import Response, ResponseEvents
from minimal_browser_core.testing.fake_server import Body, Data, FakeServer, Stream

STREAMS = json.loads(Path(__file__).with_name("responses_streams.json").read_text("utf-8"))


def stream_of(recorded: dict[str, Any]) -> Stream:
    names = not recorded.get("without_names")
    return Stream(tuple(Data(event, event["type"] if names else "") for event in recorded["events"]))


def document_of(recorded: dict[str, Any]) -> Body:
    return Body(json.dumps(recorded["events"][-1]["response"]))


@pytest.fixture
def client(server: FakeServer) -> Iterator[AIClient]:
    with AIClient("k", base_url=server.base_url, max_retries=0) as client:
        yield client


def check(response: Response | ResponseEvents, recorded: dict[str, Any]) -> None:
    assert response.text == recorded["text"]
    assert response.reasoning == recorded.get("reasoning", "")
    calls = [[call.id, call.name, call.arguments] for call in response.tool_calls]
    assert calls == recorded.get("tool_calls", [])
    usage = response.usage
    counts = usage and [usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens, usage.reasoning_tokens]
    assert counts == recorded.get("usage")
    assert response.id == recorded["events"][0]["response"]["id"]


@pytest.mark.parametrize("recorded", STREAMS, ids=lambda recorded: recorded["name"])
def test_a_stream_gives_what_the_whole_response_gives(
    client: AIClient, server: FakeServer, recorded: dict[str, Any]
) -> None:
    server.script += [stream_of(recorded), document_of(recorded)]
    stream = client.respond("Why?", "m", stream=True)
    assert [event.raw for event in stream] == recorded["events"]
    check(stream, recorded)
    whole = client.respond("Why?", "m")
    check(whole, recorded)
    assert stream.response is not None
    for response in (stream.response, whole):
        assert response.refusal == recorded.get("refusal")
        assert [item["type"] for item in response.items] == recorded["output"]
        assert response.items == recorded["events"][-1]["response"]["output"]


@pytest.mark.parametrize("recorded", STREAMS, ids=lambda recorded: recorded["name"])
def test_compat_gives_the_same_events(server: FakeServer, recorded: dict[str, Any]) -> None:
    server.script += [stream_of(recorded), document_of(recorded)]
    with compat.OpenAI(api_key="k", base_url=server.base_url, max_retries=0) as client:
        events = list(client.responses.create(model="m", input="Why?", stream=True))
        whole = client.responses.create(model="m", input="Why?")
    assert [event.to_dict() for event in events] == recorded["events"]
    assert whole.to_dict() == recorded["events"][-1]["response"]
    if not recorded.get("refusal"):
        assert whole.output_text == events[-1].response.output_text == recorded["text"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text(max_size=5), values, max_size=3),
    max_leaves=5,
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(recorded=st.sampled_from(STREAMS), data=st.data())
def test_an_odd_field_never_breaks_a_stream(
    client: AIClient, server: FakeServer, recorded: dict[str, Any], data: st.DataObject
) -> None:
    events = json.loads(json.dumps(recorded["events"]))
    event = data.draw(st.sampled_from(events[:-1]))
    name = data.draw(st.sampled_from([name for name in event if name != "type"]))
    event[name] = data.draw(JSON)
    server.script += [stream_of(recorded | {"events": events})] * 2
    stream = client.respond("Why?", "m", stream=True)
    assert [each.type for each in stream] == [each["type"] for each in events]
    assert stream.response is not None
    assert stream.response.text == recorded["text"]
    for attribute in ("id", "status", "model", "text", "reasoning", "tool_calls", "usage"):
        getattr(stream, attribute)
    with compat.OpenAI(api_key="k", base_url=server.base_url, max_retries=0) as library:
        assert len(list(library.responses.create(model="m", input="Why?", stream=True))) == len(events)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.lists(JSON, max_size=4), response=JSON)
def test_any_json_gives_a_typed_error_or_a_response(
    client: AIClient, server: FakeServer, events: list[Any], response: Any
) -> None:
    server.script += [Stream(tuple(Data(json.dumps(event)) for event in events)), Body(json.dumps(response))] * 2
    with compat.OpenAI(api_key="k", base_url=server.base_url, max_retries=0) as library:
        with contextlib.suppress(ai_rust_client.AIClientError):
            list(client.respond("Why?", "m", stream=True))
        with contextlib.suppress(ai_rust_client.AIClientError):
            _ = client.respond("Why?", "m").text
        with contextlib.suppress(compat.OpenAIError):
            list(library.responses.create(model="m", input="Why?", stream=True))
        with contextlib.suppress(compat.OpenAIError):
            _ = library.responses.create(model="m", input="Why?").output_text
