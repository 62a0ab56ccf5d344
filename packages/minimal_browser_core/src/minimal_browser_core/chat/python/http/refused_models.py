"""A cache of the models that a provider refused, so that a list of models does not repeat the same failed request.

The cache belongs to the process and is shared by all clients with the same base URL and headers, which include the key.
An entry expires after ten minutes. It only skips models of a list: a single model is always requested, and if every
model of a list was refused, all of them are requested again.
"""

import time
from collections.abc import Sequence

from minimal_browser_core.chat.python.config import Config
from minimal_browser_core.errors import APIStatusError, StreamInterruptedError

from .retry import AttemptFailure

MEMORY_SECONDS = 600.0  # seconds
_MAX_ENTRIES = 1024

# When an entry expires (monotonic clock), by provider (see `_scope`) and model. Every use is a single operation of the
# dict: it needs no lock, which a thread could hold while the process forks.
_expiry: dict[tuple[int, str], float] = {}

# Words that show that a 402, 403 or 404 is about this request rather than the model.
_ABOUT_THE_REQUEST = (
    "max_tokens",
    "context length",
    "context_length",
    "moderation",
    "flagged",
    "endpoints found that support",
)
# Words with which a 400 or 422 says that there is no such model.
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


def remember(config: Config, model: str) -> None:
    """Record that the provider refused `model`."""
    now = time.monotonic()
    for key, end in list(_expiry.items()):
        if end <= now or len(_expiry) >= _MAX_ENTRIES:
            _expiry.pop(key, None)
    key = _scope(config), model
    _expiry.pop(key, None)  # reinserted at the end: the oldest entries come first
    _expiry[key] = now + MEMORY_SECONDS


def forget(config: Config, model: str) -> None:
    """Remove `model` after a successful request."""
    if _expiry:
        _expiry.pop((_scope(config), model), None)


def skip_refused(config: Config, models: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the models to request, in their order, and the skipped ones; none is skipped if all were refused."""
    if len(models) < 2 or not _expiry:
        return list(models), []
    scope, now = _scope(config), time.monotonic()
    refused = [model for model in models if _expiry.get((scope, model), now) > now]
    others = [model for model in models if model not in refused]
    return (others, refused) if others else (list(models), [])


def is_about_model(failure: AttemptFailure) -> bool:
    """Return whether the provider would refuse the same model for any other request too."""
    error = failure.error
    if failure.delivered or not isinstance(error, APIStatusError | StreamInterruptedError):
        return False
    message = (error.body if isinstance(error, APIStatusError) else str(error)).lower()
    if error.status in (402, 403, 404):
        return not any(words in message for words in _ABOUT_THE_REQUEST)
    return error.status in (400, 422) and "model" in message and any(words in message for words in _NO_SUCH_MODEL)


def _scope(config: Config) -> int:
    return hash((config.base_url, *config.headers.items()))
