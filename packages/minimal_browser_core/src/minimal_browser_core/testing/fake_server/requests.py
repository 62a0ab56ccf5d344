"""A request of a client."""

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

_API = re.compile(r"^/(v1|openai/v1|openai/deployments/[^/]+)/")


@dataclass(frozen=True, slots=True)
class Request:
    """A received request. Header names are in lower case; `connection` is the number of the TCP connection, from 1."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    connection: int
    client_left: threading.Event = field(default_factory=threading.Event, compare=False, repr=False)
    """Set if the client closed the connection before it received the whole reply."""

    @property
    def json(self) -> Any:
        """The body as JSON, or None if it is not JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def endpoint(self) -> str:
        """The path below `/v1/`, or below Azure's path of a deployment, without the query."""
        return _API.sub("", urlsplit(self.path).path)

    @property
    def wants_stream(self) -> bool:
        body = self.json
        return isinstance(body, dict) and body.get("stream") is True

    @property
    def model(self) -> str:
        body = self.json
        model = body.get("model") if isinstance(body, dict) else None
        return model if isinstance(model, str) else "fake/model"
