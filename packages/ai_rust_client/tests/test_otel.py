"""`ai_rust_client.otel`: spans and metrics by the semantic conventions of generative AI."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from ai_rust_client import AIClient, RateLimitError
from ai_rust_client.hooks import ObservedClient
from ai_rust_client.otel import OpenTelemetryHooks, _provider, instrument
from minimal_browser_core.testing.fake_server import Answer, Error, FakeServer, ToolCall, Usage, echo

MESSAGES: list[dict[str, Any]] = [{"role": "user", "content": "a private question"}]


class Telemetry:
    """Providers that keep what they get."""

    def __init__(self) -> None:
        self._spans = InMemorySpanExporter()
        self._reader = InMemoryMetricReader()
        self.tracer_provider = TracerProvider()
        self.tracer_provider.add_span_processor(SimpleSpanProcessor(self._spans))
        self.meter_provider = MeterProvider([self._reader])

    @property
    def spans(self) -> tuple[ReadableSpan, ...]:
        return self._spans.get_finished_spans()

    def metrics(self) -> dict[str, list[Any]]:
        data = self._reader.get_metrics_data()
        assert data is not None
        found = data.resource_metrics[0].scope_metrics[0].metrics
        return {metric.name: list(metric.data.data_points) for metric in found}

    def client(self, server: FakeServer, **settings: Any) -> ObservedClient:
        providers: dict[str, Any] = {"tracer_provider": self.tracer_provider, "meter_provider": self.meter_provider}
        return instrument(AIClient("secret-key", base_url=server.base_url), **providers, **settings)


@pytest.fixture
def telemetry() -> Iterator[Telemetry]:
    telemetry = Telemetry()
    yield telemetry
    telemetry.tracer_provider.shutdown()
    telemetry.meter_provider.shutdown()


def test_a_call_is_a_span(server: FakeServer, telemetry: Telemetry) -> None:
    usage = Usage(100, 20, cached_tokens=50, reasoning_tokens=5)
    server.script.append(Error(503, headers={"Retry-After": "0"}))
    server.default = Answer("a private answer", usage=usage, model="vendor/m-1", id="chatcmpl-7")
    tracer = telemetry.tracer_provider.get_tracer("test")
    with tracer.start_as_current_span("parent") as parent:
        telemetry.client(server).chat(
            MESSAGES,
            "m",
            temperature=1,
            max_tokens=50,
            stop="END",
            n=2,
            seed=7,
            response_format={"type": "json_object"},
        )
    span = telemetry.spans[0]
    assert (span.name, span.kind, span.status.status_code) == ("chat m", SpanKind.CLIENT, StatusCode.UNSET)
    assert span.parent is not None
    assert span.parent.span_id == parent.get_span_context().span_id
    assert dict(span.attributes or {}) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "127.0.0.1",
        "gen_ai.request.model": "m",
        "server.address": "127.0.0.1",
        "server.port": server.port,
        "gen_ai.request.temperature": 1.0,
        "gen_ai.request.max_tokens": 50,
        "gen_ai.request.seed": 7,
        "gen_ai.request.stop_sequences": ("END",),
        "gen_ai.request.choice.count": 2,
        "gen_ai.output.type": "json",
        "gen_ai.response.model": "vendor/m-1",
        "gen_ai.response.id": "chatcmpl-7",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 20,
        "gen_ai.usage.cache_read.input_tokens": 50,
        "gen_ai.usage.reasoning.output_tokens": 5,
    }
    assert [event.name for event in span.events] == ["retry"]
    assert "private" not in span.to_json()


def test_metrics(server: FakeServer, telemetry: Telemetry) -> None:
    server.default = Answer("ok", usage=Usage(100, 20))
    client = telemetry.client(server, provider="openai")
    client.chat(MESSAGES, "m")
    list(client.stream(MESSAGES, "m"))
    metrics = telemetry.metrics()
    (duration,) = metrics["gen_ai.client.operation.duration"]
    assert (duration.count, duration.attributes["gen_ai.provider.name"]) == (2, "openai")
    assert duration.explicit_bounds[0] == 0.01
    assert {point.attributes["gen_ai.token.type"]: point.sum for point in metrics["gen_ai.client.token.usage"]} == {
        "input": 200, "output": 40,
    }  # fmt: skip
    assert metrics["gen_ai.client.operation.time_to_first_chunk"][0].count == 1


def test_failures(server: FakeServer, telemetry: Telemetry) -> None:
    server.default = Error(429, "a private message", headers={"Retry-After": "0"})
    client = telemetry.client(server, max_retries=1)
    with pytest.raises(RateLimitError):
        client.chat(MESSAGES, "m")
    (span,) = telemetry.spans
    assert (span.status.status_code, span.attributes and span.attributes["error.type"]) == (StatusCode.ERROR, "429")
    assert "private" not in span.to_json()
    (duration,) = telemetry.metrics()["gen_ai.client.operation.duration"]
    assert duration.attributes["error.type"] == "429"


async def test_a_stream(server: FakeServer, telemetry: Telemetry) -> None:
    server.default = Answer(("a", "b"), usage=Usage(1, 2))
    async for _ in telemetry.client(server).stream(MESSAGES, ["m", "other"]):
        assert telemetry.spans == ()
    (span,) = telemetry.spans
    attributes = span.attributes or {}
    assert (span.name, attributes["gen_ai.request.stream"]) == ("chat m", True)
    first_chunk = attributes["gen_ai.response.time_to_first_chunk"]
    assert isinstance(first_chunk, float)
    assert attributes["gen_ai.usage.output_tokens"] == 2


def test_content_is_recorded_when_asked(server: FakeServer, telemetry: Telemetry) -> None:
    server.default = Answer("answer", reasoning="thought", tool_calls=(ToolCall("f", '{"x": 1}', "c2"),))
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [
            {"type": "text", "text": "what?"},
            {"type": "image_url", "image_url": {"url": "https://x/y.png"}},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
        ]},
        {"role": "assistant", "tool_calls": [{"id": "c1", "function": {"name": "f", "arguments": "{}"}}]},
        {"role": "tool", "tool_call_id": "c1", "content": "7"},
    ]  # fmt: skip
    tools = [{"type": "function", "function": {"name": "f"}}]
    telemetry.client(server, capture_content=True).chat(messages, "m", tools=tools)
    attributes: Any = telemetry.spans[0].attributes
    assert json.loads(attributes["gen_ai.input.messages"]) == [
        {"role": "system", "parts": [{"type": "text", "content": "Be brief."}]},
        {"role": "user", "parts": [
            {"type": "text", "content": "what?"},
            {"type": "uri", "modality": "image", "uri": "https://x/y.png"},
            {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "AAAA"},
        ]},
        {"role": "assistant", "parts": [{"type": "tool_call", "id": "c1", "name": "f", "arguments": {}}]},
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "response": "7"}]},
    ]  # fmt: skip
    assert json.loads(attributes["gen_ai.output.messages"])[0]["parts"] == [
        {"type": "reasoning", "content": "thought"},
        {"type": "text", "content": "answer"},
        {"type": "tool_call", "id": "c2", "name": "f", "arguments": {"x": 1}},
    ]
    assert json.loads(attributes["gen_ai.tool.definitions"]) == tools


def test_embeddings(server: FakeServer, telemetry: Telemetry) -> None:
    server.default = echo
    telemetry.client(server).embed(["a", "b"], "m")
    (span,) = telemetry.spans
    assert span.name == "embeddings m"
    kinds = {point.attributes["gen_ai.token.type"] for point in telemetry.metrics()["gen_ai.client.token.usage"]}
    assert kinds == {"input"}


def test_providers_are_found_from_their_hosts() -> None:
    hosts = ["api.openai.com", "x.openai.azure.com", "europe-west1-aiplatform.googleapis.com", "llm.example", ""]
    names = ["openai", "azure.ai.openai", "gcp.vertex_ai", "llm.example", "unknown"]
    assert [_provider(host) for host in hosts] == names
    assert OpenTelemetryHooks().end


def test_the_span_ends_even_if_an_answer_cannot_be_recorded(server: FakeServer, telemetry: Telemetry) -> None:
    class Odd(OpenTelemetryHooks):
        def _record_answer(self, call: Any, span: Any) -> None:
            raise ValueError("odd")

    hooks = Odd(tracer_provider=telemetry.tracer_provider, meter_provider=telemetry.meter_provider)
    with ObservedClient(AIClient(base_url=server.base_url), [hooks]) as client:
        client.chat(MESSAGES, "m")
    assert len(telemetry.spans) == 1
    assert "gen_ai.client.operation.duration" in telemetry.metrics()


def test_the_address_of_an_observed_client_is_that_of_its_client(server: FakeServer, telemetry: Telemetry) -> None:
    with instrument(telemetry.client(server), tracer_provider=telemetry.tracer_provider) as client:
        assert client.base_url == server.base_url
        client.chat(MESSAGES, "m")
    ports = {(span.attributes or {})["server.port"] for span in telemetry.spans}
    assert ports == {int(server.base_url.split(":")[2].split("/")[0])}
