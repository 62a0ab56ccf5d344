"""Types for the annotations of callers."""

from collections.abc import Mapping, Sequence

Message = Mapping[str, object]
"""One chat message as it is sent: role, content (text, or a list of text and image_url parts), tool_calls,
tool_call_id."""

QueryValue = str | int | float | Sequence[str | int | float]
"""A value of `extra_query`; a sequence repeats its name."""
