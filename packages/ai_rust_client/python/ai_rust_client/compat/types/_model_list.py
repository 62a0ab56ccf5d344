"""The models of the model list, field for field those of the OpenAI library."""

from typing import Any, Literal

from ai_rust_client.compat._model import BaseModel


class Model(BaseModel):
    """A model that the provider offers."""

    id: str
    created: int
    object: Literal["model"]
    owned_by: str
    shutdown_date: str | None = None


class _Page(BaseModel):
    data: list[Model]
    object: str

    def has_next_page(self) -> bool:
        """Always false: the list has only one page."""
        return False

    def next_page_info(self) -> None:
        """Always None."""


class SyncPage(_Page):
    """The complete list of models."""

    data: list[Model]
    object: str

    def __iter__(self) -> Any:
        return iter(self.data or ())


class AsyncPage(_Page):
    """`SyncPage` for asyncio."""

    data: list[Model]
    object: str

    async def __aiter__(self) -> Any:
        for model in self.data or ():
            yield model
