"""OpenTelemetry: a span and metrics for each call, by the semantic conventions of generative AI.

    client = instrument(AIClient(key))

Needs `ai_rust_client[otel]`. Prompts and answers are recorded only with `capture_content`.
See https://github.com/open-telemetry/semantic-conventions-genai/tree/main/docs/gen-ai
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from opentelemetry import metrics, trace

from ai_rust_client._errors import AIClientError
from ai_rust_client._native import __version__
from ai_rust_client._otel_messages import input_messages, output_messages
from ai_rust_client.hooks import Call, Hooks, ObservedClient

if TYPE_CHECKING:
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import Span, TracerProvider

    from ai_rust_client._client import AIClient

_TOKEN_BUCKETS = [4.0**power for power in range(14)]
_SECOND_BUCKETS = [0.01 * 2**power for power in range(14)]

_PROVIDERS = {
    "api.anthropic.com": "anthropic",
    "api.cohere.com": "cohere",
    "api.deepseek.com": "deepseek",
    "api.groq.com": "groq",
    "api.mistral.ai": "mistral_ai",
    "api.moonshot.ai": "moonshot_ai",
    "api.openai.com": "openai",
    "api.perplexity.ai": "perplexity",
    "api.x.ai": "x_ai",
    "generativelanguage.googleapis.com": "gcp.gemini",
    "openrouter.ai": "openrouter",
}
_PROVIDER_SUFFIXES = {
    ".openai.azure.com": "azure.ai.openai",
    ".services.ai.azure.com": "azure.ai.inference",
    "aiplatform.googleapis.com": "gcp.vertex_ai",
    ".amazonaws.com": "aws.bedrock",
}

# Options of a request, their attributes and types.
_OPTIONS: dict[str, tuple[str, type[Any]]] = {
    "temperature": ("gen_ai.request.temperature", float),
    "top_p": ("gen_ai.request.top_p", float),
    "top_k": ("gen_ai.request.top_k", float),
    "max_tokens": ("gen_ai.request.max_tokens", int),
    "max_completion_tokens": ("gen_ai.request.max_tokens", int),
    "frequency_penalty": ("gen_ai.request.frequency_penalty", float),
    "presence_penalty": ("gen_ai.request.presence_penalty", float),
    "seed": ("gen_ai.request.seed", int),
    "dimensions": ("gen_ai.embeddings.dimension.count", int),
}


def instrument(client: AIClient, **settings: Any) -> ObservedClient:
    """The client with `OpenTelemetryHooks`; `settings` are theirs, and `max_retries`."""
    retries = {"max_retries": settings.pop("max_retries")} if "max_retries" in settings else {}
    return ObservedClient(client, [OpenTelemetryHooks(**settings)], **retries)


class OpenTelemetryHooks(Hooks):
    """A CLIENT span for each call, with all its retries, and the metrics of its duration and tokens.

    The span's parent is the span that is current where the call starts. `provider` is the value of
    `gen_ai.provider.name`, by default found from the base URL. `tracer_provider` and `meter_provider` default to the
    global ones. With `capture_content`, messages and tools are recorded as JSON.
    """

    def __init__(
        self,
        *,
        provider: str | None = None,
        capture_content: bool = False,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
    ) -> None:
        self._provider = provider
        self._capture_content = capture_content
        self._tracer = trace.get_tracer("ai_rust_client", __version__, tracer_provider)
        meter = metrics.get_meter("ai_rust_client", __version__, meter_provider)
        self._duration = meter.create_histogram(
            "gen_ai.client.operation.duration", "s", "GenAI operation duration.",
            explicit_bucket_boundaries_advisory=_SECOND_BUCKETS,
        )  # fmt: skip
        self._first_chunk = meter.create_histogram(
            "gen_ai.client.operation.time_to_first_chunk", "s", "Time to receive the first chunk of a stream.",
            explicit_bucket_boundaries_advisory=_SECOND_BUCKETS,
        )  # fmt: skip
        self._tokens = meter.create_histogram(
            "gen_ai.client.token.usage", "{token}", "Number of input and output tokens used.",
            explicit_bucket_boundaries_advisory=_TOKEN_BUCKETS,
        )  # fmt: skip

    def start(self, call: Call) -> None:
        """Start the span."""
        common = self._common_attributes(call)
        model = common["gen_ai.request.model"]
        attributes = {**common, **_request_attributes(call)}
        if self._capture_content and call.operation == "chat":
            attributes["gen_ai.input.messages"] = _json(input_messages(call.input))
            if call.options.get("tools"):
                attributes["gen_ai.tool.definitions"] = _json(call.options["tools"])
        name = f"{common['gen_ai.operation.name']} {model}"
        span = self._tracer.start_span(name, kind=trace.SpanKind.CLIENT, attributes=attributes)
        call.state[self] = (span, common)

    def retry(self, call: Call, error: AIClientError, delay: float) -> None:
        """Add an event to the span."""
        span, _ = call.state[self]
        attributes = {"attempt": call.attempt, "delay": delay, "error.type": _error_type(error)}
        span.add_event("retry", attributes)

    def end(self, call: Call) -> None:
        """End the span, and record the metrics."""
        span, common = call.state.pop(self)
        model = getattr(call.response, "model", None)
        if isinstance(model, str) and model:
            common["gen_ai.response.model"] = model
            span.set_attribute("gen_ai.response.model", model)
        if call.error is not None:
            common["error.type"] = _error_type(call.error)
            span.set_attribute("error.type", common["error.type"])
            span.set_status(trace.StatusCode.ERROR, type(call.error).__name__)
        try:
            self._record_answer(call, span)
        finally:
            span.end()
            self._record_metrics(call, common)

    def _common_attributes(self, call: Call) -> dict[str, Any]:
        url = urlsplit(getattr(call.client, "base_url", ""))
        host = url.hostname or ""
        model = call.model if isinstance(call.model, str) else next(iter(call.model), "")
        return {
            "gen_ai.operation.name": "embeddings" if call.operation == "embeddings" else "chat",
            "gen_ai.provider.name": self._provider or _provider(host),
            "gen_ai.request.model": model,
            "server.address": host,
            "server.port": url.port or (80 if url.scheme == "http" else 443),
        }

    def _record_answer(self, call: Call, span: Span) -> None:
        response, usage = call.response, call.usage
        if usage is not None:
            span.set_attribute("gen_ai.usage.input_tokens", usage.prompt_tokens)
            span.set_attribute("gen_ai.usage.output_tokens", usage.completion_tokens)
            if usage.cached_tokens:
                span.set_attribute("gen_ai.usage.cache_read.input_tokens", usage.cached_tokens)
            if usage.reasoning_tokens:
                span.set_attribute("gen_ai.usage.reasoning.output_tokens", usage.reasoning_tokens)
        if call.is_stream and call.time_to_first_byte is not None:
            span.set_attribute("gen_ai.response.time_to_first_chunk", call.time_to_first_byte)
        if call.operation != "chat" or response is None:
            return
        if response.finish_reason:
            span.set_attribute("gen_ai.response.finish_reasons", [response.finish_reason])
        raw = None if call.is_stream else response.raw
        if isinstance(raw, Mapping) and isinstance(raw.get("id"), str):
            span.set_attribute("gen_ai.response.id", raw["id"])
        if self._capture_content:
            span.set_attribute("gen_ai.output.messages", _json(output_messages(response)))

    def _record_metrics(self, call: Call, attributes: Mapping[str, Any]) -> None:
        self._duration.record(call.duration, attributes)
        if call.is_stream and call.time_to_first_byte is not None:
            self._first_chunk.record(call.time_to_first_byte, attributes)
        usage = call.usage
        if usage is not None:
            counts = {"input": usage.prompt_tokens, "output": usage.completion_tokens}
            for kind in ("input",) if call.operation == "embeddings" else ("input", "output"):
                self._tokens.record(counts[kind], {**attributes, "gen_ai.token.type": kind})


def _request_attributes(call: Call) -> dict[str, Any]:
    attributes: dict[str, Any] = {}
    options = call.options
    for name, (attribute, kind) in _OPTIONS.items():
        value = options.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            attributes[attribute] = kind(value)
    if call.is_stream:
        attributes["gen_ai.request.stream"] = True
    stop = options.get("stop")
    if isinstance(stop, str) or (isinstance(stop, Sequence) and stop):
        attributes["gen_ai.request.stop_sequences"] = [stop] if isinstance(stop, str) else [str(one) for one in stop]
    if isinstance(options.get("n"), int) and options["n"] != 1:
        attributes["gen_ai.request.choice.count"] = options["n"]
    wanted = options.get("response_format")
    kind_of_output = wanted.get("type") if isinstance(wanted, Mapping) else None
    if kind_of_output:
        attributes["gen_ai.output.type"] = "json" if str(kind_of_output).startswith("json") else str(kind_of_output)
    return attributes


def _provider(host: str) -> str:
    if host in _PROVIDERS:
        return _PROVIDERS[host]
    known = (name for suffix, name in _PROVIDER_SUFFIXES.items() if host.endswith(suffix))
    return next(known, host or "unknown")


def _error_type(error: BaseException) -> str:
    if isinstance(error, AIClientError):
        return str(error.status or error.code)
    return type(error).__qualname__


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
