"""`OpenAI` and `AsyncOpenAI`."""

from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from ai_rust_client.compat._base_client import BaseClient
from ai_rust_client.compat._completions import AsyncBeta, AsyncChat, Beta, Chat
from ai_rust_client.compat._embeddings import AsyncEmbeddings, Embeddings
from ai_rust_client.compat._model_list import AsyncModels, Models
from ai_rust_client.compat._responses import AsyncResponses, Responses

if TYPE_CHECKING:
    from ai_rust_client.compat._options import CallOptions, PreparedCall


class OpenAI(BaseClient):
    """See the OpenAI library. Thread-safe; no repr and no exception contains the key.

    `api_key` may be a function that returns the key. It is called before each call. Besides the OpenAI library's
    arguments there are those of connections: `proxy`, `ca_bundle`, `client_cert`, `local_address`, `unix_socket`.
    """

    def _call(self, options: "CallOptions", path: str, model: str | None = None) -> "PreparedCall":
        return self._prepare(options, path, model, self._key_provider and self._key_provider())

    @property
    def chat(self) -> Chat:
        """`chat.completions.create`, `parse` and `stream`."""
        return Chat(self)

    @property
    def beta(self) -> Beta:
        """`beta.chat`, which is `chat`."""
        return Beta(self)

    @property
    def embeddings(self) -> Embeddings:
        """`embeddings.create`."""
        return Embeddings(self)

    @property
    def models(self) -> Models:
        """`models.list` and `models.retrieve`."""
        return Models(self)

    @property
    def responses(self) -> Responses:
        """`responses.create`, `parse`, `stream`, `retrieve`, `delete` and `cancel`."""
        return Responses(self)

    def close(self) -> None:
        """Cancel the calls in progress and close the connections. May be called more than once."""
        self._connections.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self.close()


class AsyncOpenAI(BaseClient):
    """`OpenAI` for asyncio. A function that provides the key must be a coroutine function."""

    _is_async = True

    async def _call(self, options: "CallOptions", path: str, model: str | None = None) -> "PreparedCall":
        key: Any = self._key_provider and self._key_provider()
        return self._prepare(options, path, model, await key if hasattr(key, "__await__") else key)

    @property
    def chat(self) -> AsyncChat:
        """`chat.completions.create`, `parse` and `stream`."""
        return AsyncChat(self)

    @property
    def beta(self) -> AsyncBeta:
        """`beta.chat`, which is `chat`."""
        return AsyncBeta(self)

    @property
    def embeddings(self) -> AsyncEmbeddings:
        """`embeddings.create`."""
        return AsyncEmbeddings(self)

    @property
    def models(self) -> AsyncModels:
        """`models.list` and `models.retrieve`."""
        return AsyncModels(self)

    @property
    def responses(self) -> AsyncResponses:
        """`responses.create`, `parse`, `stream`, `retrieve`, `delete` and `cancel`."""
        return AsyncResponses(self)

    async def close(self) -> None:
        """Cancel the calls in progress and close the connections. May be called more than once."""
        self._connections.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self._connections.close()
