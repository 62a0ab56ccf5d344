"""Types for the annotations of callers."""

from collections.abc import Mapping

Message = Mapping[str, object]
"""One chat message as it is sent: role, content (text, or a list of text and image_url parts), tool_calls,
tool_call_id."""
