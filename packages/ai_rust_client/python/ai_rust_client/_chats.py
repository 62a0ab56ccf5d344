"""What the methods on top of a client need of it: `AIClient` and `Router` have it."""

from collections.abc import Coroutine, Sequence
from typing import Any, Protocol

from ai_rust_client._native import ChatResponse
from ai_rust_client._types import Message


class Chats(Protocol):
    """Answers chat requests."""

    def chat(self, messages: Sequence[Message], model: str | Sequence[str], **options: Any) -> ChatResponse:
        """The whole answer. Blocks."""
        ...

    def achat(
        self, messages: Sequence[Message], model: str | Sequence[str], **options: Any
    ) -> Coroutine[Any, Any, ChatResponse]:
        """`chat` for asyncio."""
        ...

    def stream(self, messages: Sequence[Message], model: str | Sequence[str], **options: Any) -> Any:
        """`chat`, streamed: a `ResponseStream` or a `RoutedStream`."""
        ...


def check_client(client: object, name: str) -> None:
    """Raise TypeError if an object has not the methods of an `AIClient`, as a client of openai-python has not."""
    if isinstance(client, type) or not all(callable(getattr(client, method, None)) for method in _METHODS):
        what = f"the class {client.__name__}" if isinstance(client, type) else type(client).__name__
        raise TypeError(f"{name} must be an AIClient, ObservedClient or Router, not {what}")


_METHODS = ("chat", "achat", "stream", "close")
