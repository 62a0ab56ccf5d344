"""The models of embeddings, field for field those of the OpenAI library."""

from typing import Literal

from ai_rust_client.compat._model import BaseModel


class Embedding(BaseModel):
    """The vector of one text: floats, or base64 if that was asked for."""

    embedding: list[float] | str
    index: int
    object: Literal["embedding"]


class EmbeddingUsage(BaseModel):
    """The number of tokens that a call used."""

    prompt_tokens: int
    total_tokens: int


EmbeddingUsage.__name__ = "Usage"  # as the OpenAI library prints it


class CreateEmbeddingResponse(BaseModel):
    """The vectors of all texts."""

    data: list[Embedding]
    model: str
    object: Literal["list"]
    usage: EmbeddingUsage
