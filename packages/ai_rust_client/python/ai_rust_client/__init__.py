"""Fast, typed streaming client for OpenAI-compatible chat APIs, sync and async.

from ai_rust_client import AIClient

with AIClient(api_key, base_url="https://openrouter.ai/api/v1") as client:
    for delta in client.stream_response("Why is the sky blue?", "openai/gpt-4o-mini"):
        print(delta, end="", flush=True)
"""

from ai_rust_client._client import AIClient
from ai_rust_client._errors import (
    AIClientError,
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    InsufficientCreditsError,
    InternalServerError,
    InvalidStructureError,
    NotFoundError,
    PermissionDeniedError,
    ProtocolError,
    RateLimitError,
    StreamCancelled,
    StreamInterruptedError,
)
from ai_rust_client._native import (
    API_VERSION,
    ChatResponse,
    Choice,
    Embeddings,
    Image,
    ModelInfo,
    ResponseStream,
    StreamEvent,
    ToolCall,
    Usage,
    __version__,
)
from ai_rust_client._timeouts import Timeouts
from ai_rust_client._types import Message

# Known to type checkers. Importing typing would double the import time of this package.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from ai_rust_client.hooks import Hooks, ObservedClient
    from ai_rust_client.mapping import Mapped
    from ai_rust_client.prices import Price
    from ai_rust_client.router import Router
    from ai_rust_client.structured import StructuredOutput
    from ai_rust_client.structured_stream import StructuredStream
    from ai_rust_client.tool_run import ToolResult, ToolRun
else:
    _MODULES = {
        "Hooks": "hooks",
        "Mapped": "mapping",
        "ObservedClient": "hooks",
        "Price": "prices",
        "Router": "router",
        "StructuredOutput": "structured",
        "StructuredStream": "structured_stream",
        "ToolResult": "tool_run",
        "ToolRun": "tool_run",
    }

    def __getattr__(name):
        """Import a class when it is first used."""
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module = __import__(f"{__name__}.{_MODULES[name]}", fromlist=[name])
        globals()[name] = value = getattr(module, name)
        return value


CAPABILITIES: frozenset[str] = frozenset(
    {
        "async", "backpressure", "call-options", "embeddings", "fileno", "map", "model-preference", "parse",
        "responses", "router", "run", "tools", "vision",
    }
)  # fmt: skip
"""The features of this version besides `API_VERSION`. Names are only added, never removed."""

__all__ = [
    "API_VERSION",
    "CAPABILITIES",
    "AIClient",
    "AIClientError",
    "APIConnectionError",
    "APIStatusError",
    "APITimeoutError",
    "AuthenticationError",
    "BadRequestError",
    "ChatResponse",
    "Choice",
    "Embeddings",
    "Hooks",
    "Image",
    "InsufficientCreditsError",
    "InternalServerError",
    "InvalidStructureError",
    "Mapped",
    "Message",
    "ModelInfo",
    "NotFoundError",
    "ObservedClient",
    "PermissionDeniedError",
    "Price",
    "ProtocolError",
    "RateLimitError",
    "ResponseStream",
    "Router",
    "StreamCancelled",
    "StreamEvent",
    "StreamInterruptedError",
    "StructuredOutput",
    "StructuredStream",
    "Timeouts",
    "ToolCall",
    "ToolResult",
    "ToolRun",
    "Usage",
    "__version__",
]
