"""Models that a provider has refused, so that a list of models does not pay for the same refusal call after call.

One memory for the whole process, shared by all clients of the same base URL and headers (the key among them). A refusal
counts for ten minutes. It only ever reorders lists: a model asked for by itself is always asked, and where every model
of a list has been refused all of them are asked again.
"""

import time
from collections.abc import Sequence

from minimal_browser_core.errors import APIStatusError, StreamInterruptedError

from .config import Config
from .http.retry import Failure

REMEMBERED = 600.0  # seconds
_MOST = 1024

# Monotonic times at which refusals end, by who refused (see `_scope`) and model. Every use is a single operation of
# the dict, so that no lock is needed, nor could be held by a thread that a fork leaves behind.
_until: dict[tuple[int, str], float] = {}

# What else a 402, 403 or 404 may be about: this one request, and not the model.
_ABOUT_THE_REQUEST = (
    "max_tokens",
    "context length",
    "context_length",
    "moderation",
    "flagged",
    "endpoints found that support",
)
# How a 400 or 422 says that there is no such model.
_NO_SUCH_MODEL = (
    "not a valid model",
    "invalid model",
    "model_not_found",
    "model not found",
    "unknown model",
    "no such model",
    "not a model",
    "does not exist",
    "is not available",
)


def note(config: Config, model: str) -> None:
    now = time.monotonic()
    for key, end in list(_until.items()):
        if end <= now or len(_until) >= _MOST:
            _until.pop(key, None)
    key = _scope(config), model
    _until.pop(key, None)  # the oldest stand first
    _until[key] = now + REMEMBERED


def forget(config: Config, model: str) -> None:
    if _until:
        _until.pop((_scope(config), model), None)


def pass_over(config: Config, models: Sequence[str]) -> tuple[list[str], list[str]]:
    """The models to ask, in their order, and those left out; all of them are asked where all were refused."""
    if len(models) < 2 or not _until:
        return list(models), []
    scope, now = _scope(config), time.monotonic()
    refused = [model for model in models if _until.get((scope, model), now) > now]
    others = [model for model in models if model not in refused]
    return (others, refused) if others else (list(models), [])


def is_of_the_model(failure: Failure) -> bool:
    """Whether the provider would say the same of the same model to any other request."""
    error = failure.error
    if failure.delivered or not isinstance(error, APIStatusError | StreamInterruptedError):
        return False
    said = (error.body if isinstance(error, APIStatusError) else str(error)).lower()
    if error.status in (402, 403, 404):
        return not any(words in said for words in _ABOUT_THE_REQUEST)
    return error.status in (400, 422) and "model" in said and any(words in said for words in _NO_SUCH_MODEL)


def _scope(config: Config) -> int:
    return hash((config.base_url, *config.headers.items()))
