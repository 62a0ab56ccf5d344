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

CAPABILITIES: frozenset[str] = frozenset(
    {"async", "embeddings", "fileno", "model-preference", "responses", "tools", "vision"}
)
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
    "Image",
    "InsufficientCreditsError",
    "InternalServerError",
    "InvalidStructureError",
    "Message",
    "ModelInfo",
    "NotFoundError",
    "PermissionDeniedError",
    "ProtocolError",
    "RateLimitError",
    "ResponseStream",
    "StreamCancelled",
    "StreamEvent",
    "StreamInterruptedError",
    "Timeouts",
    "ToolCall",
    "Usage",
    "__version__",
]
