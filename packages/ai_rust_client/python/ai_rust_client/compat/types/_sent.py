"""The types of what is sent, which are plain dicts here."""

from typing import Any

Param = dict[str, Any]
