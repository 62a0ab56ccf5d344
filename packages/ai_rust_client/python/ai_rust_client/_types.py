"""Types that callers may want to name."""

from collections.abc import Mapping

Message = Mapping[str, object]
"""One chat message as the wire has it: role, content (text, or a list of text and image_url parts), tool_calls,
tool_call_id."""
