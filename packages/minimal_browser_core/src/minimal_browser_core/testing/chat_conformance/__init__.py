"""The conformance suite of chat clients: every implementation of `minimal_browser_core.chat.port.ChatClient` passes it.

    class TestMyClient(ChatClientConformance):
        @pytest.fixture
        def make_client(self):
            with contextlib.ExitStack() as clients:
                yield lambda **kwargs: clients.enter_context(contextlib.closing(MyClient(**kwargs)))

        @pytest.fixture
        def errors(self):
            return my_errors  # a namespace with AIClientError and its subclasses

`ServerSentEventConformance` tests the parser: its fixture `parse_event_stream` takes a stream as pieces of bytes and
returns `(event, data, id)` of each event. Needs pytest. All traffic stays on loopback.
"""

import pytest

_PARTS = (
    "arguments",
    "async_calls",
    "backpressure",
    "base",
    "body_formats",
    "call_options",
    "cancellation",
    "embeddings",
    "client_cases",
    "error_details",
    "error_shapes",
    "lenient_decoding",
    "message",
    "model_fallback",
    "network_faults",
    "provider_formats",
    "proxies",
    "readers",
    "response_metadata",
    "responses",
    "retries",
    "secrets",
    "server_sent_events",
    "settings",
    "stale_connections",
    "stream_end",
    "surrogates",
    "timeouts",
    "values",
)
pytest.register_assert_rewrite(*(f"{__name__}.{part}" for part in _PARTS))

from .arguments import Arguments  # noqa: E402  pytest rewrites their asserts first
from .async_calls import AsyncCalls  # noqa: E402
from .backpressure import Backpressure  # noqa: E402
from .base import ChatSuite  # noqa: E402
from .body_formats import BodyFormats  # noqa: E402
from .call_options import CallOptions  # noqa: E402
from .cancellation import Cancellation  # noqa: E402
from .client_cases import ClientCases  # noqa: E402
from .embeddings import Embeddings  # noqa: E402
from .error_details import ErrorDetails  # noqa: E402
from .error_shapes import ErrorShapes  # noqa: E402
from .large_messages import LargeMessages  # noqa: E402
from .lenient_decoding import LenientDecoding  # noqa: E402
from .message import Messages  # noqa: E402
from .model_fallback import ModelFallback  # noqa: E402
from .network_faults import NetworkFaults  # noqa: E402
from .provider_formats import ProviderFormats  # noqa: E402
from .proxies import Proxies  # noqa: E402
from .readers import Readers  # noqa: E402
from .response_metadata import ResponseMetadata  # noqa: E402
from .responses import Responses  # noqa: E402
from .retries import Retries  # noqa: E402
from .secrets import Secrets  # noqa: E402
from .server_sent_events import ServerSentEventConformance, sse_vectors  # noqa: E402
from .settings import Settings  # noqa: E402
from .stale_connections import StaleConnections  # noqa: E402
from .stream_end import StreamEnd  # noqa: E402
from .surrogates import Surrogates  # noqa: E402
from .timeouts import Timeouts  # noqa: E402
from .values import Values  # noqa: E402

__all__ = ["ChatClientConformance", "ChatSuite", "ServerSentEventConformance", "sse_vectors"]


class ChatClientConformance(
    Responses,
    Arguments,
    AsyncCalls,
    ProviderFormats,
    Proxies,
    ClientCases,
    LargeMessages,
    LenientDecoding,
    Surrogates,
    Messages,
    Values,
    BodyFormats,
    StreamEnd,
    Cancellation,
    Embeddings,
    ErrorDetails,
    ErrorShapes,
    NetworkFaults,
    ResponseMetadata,
    ModelFallback,
    Readers,
    Retries,
    Secrets,
    StaleConnections,
    Timeouts,
    CallOptions,
    Backpressure,
    Settings,
):
    """The whole suite. Supply the fixtures `make_client` and `errors`."""
