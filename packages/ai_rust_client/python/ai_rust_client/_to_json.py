"""The results of tools as JSON text."""

import dataclasses
import datetime
import enum
import json
import sys
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from decimal import Decimal
from fractions import Fraction
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from pathlib import PurePath
from typing import Any
from uuid import UUID

_TEXTS = (
    Decimal, Fraction, PurePath, UUID, datetime.timedelta, IPv4Address, IPv6Address, IPv4Network, IPv6Network
)  # fmt: skip


def to_json(value: Any) -> str:
    """The JSON text of a value: models, dataclasses, dates, sets, arrays and values with one obvious text included.

    Raises TypeError for anything else, whose `repr` would be of no use to a model.
    """
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
    if isinstance(value, Mapping | AbstractSet):
        return dict(value) if isinstance(value, Mapping) else list(value)
    if callable(tolist := getattr(value, "tolist", None)):  # numpy
        return tolist()
    if isinstance(value, _TEXTS):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form; return text, or something that json.dumps accepts")
