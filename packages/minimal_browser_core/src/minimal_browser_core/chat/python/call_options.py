"""The options of one call that are not sent to the provider as fields.

Each may be None, which changes nothing. All errors are `TypeError` or `ValueError` and name the option.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from .config import Config, check_count
from .credentials import header_secrets, long_enough, query_secrets
from .headers import check_headers, merge_headers
from .query import check_query, merge_query

_ARGUMENTS = ("messages", "model", "input", "stream")


def config_for_call(
    config: Config,
    *,
    timeout: Any = None,
    max_retries: Any = None,
    extra_headers: Any = None,
    extra_query: Any = None,
) -> Config:
    """Return the settings of a call: those of its client with the call's own."""
    if timeout is not None:
        timers = config.timers.for_call(timeout)
        config = replace(config, timers=timers, has_own_total=timers.total != config.timers.total)
    if max_retries is not None:
        config = replace(config, max_retries=check_count("max_retries", max_retries, 0))
    if extra_headers is not None:
        headers = check_headers("extra_headers", extra_headers)
        mask = config.mask.with_secrets(long_enough(header_secrets(headers)))
        config = replace(config, headers=merge_headers(config.headers, headers), mask=mask)
    if extra_query is not None:
        query = check_query("extra_query", extra_query)
        url = urlsplit(config.base_url)
        base_url = url._replace(query=merge_query(url.query, query)).geturl()
        config = replace(config, base_url=base_url, mask=config.mask.with_secrets(long_enough(query_secrets(query))))
    return config


def take_call_options(options: dict[str, Any]) -> dict[str, Any]:
    """Remove the arguments of `config_for_call` from `options` and return them."""
    names = ("timeout", "max_retries", "extra_headers", "extra_query")
    return {name: options.pop(name) for name in names if name in options}


def check_extra_body(fields: Any) -> Mapping[str, Any]:
    """Return the option `extra_body`, whose fields are added to the body of the request."""
    if fields is None:
        return {}
    if not isinstance(fields, Mapping):
        raise TypeError(f"extra_body must be a mapping of fields to values, not {type(fields).__name__}")
    for name in fields:
        if not isinstance(name, str):
            raise TypeError(f"extra_body: the names of fields are strings, not {type(name).__name__}")
    for name in _ARGUMENTS:
        if name in fields:
            raise ValueError(f"extra_body contains {name!r}: pass it as an argument of the call")
    return fields
