"""The results of tools as JSON text."""

import dataclasses
import datetime
import enum
import json
import sys
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any


def to_json(value: Any) -> str:
    """The JSON text of a value: models, dataclasses, dates and sets included; anything else as its `str`."""
    return json.dumps(value, default=_plain, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if hasattr(value, "__struct_fields__"):
        return sys.modules["msgspec"].to_builtins(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, AbstractSet) else str(value)
