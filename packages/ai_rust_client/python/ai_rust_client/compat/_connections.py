"""The native clients behind a client of `compat`."""

from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ai_rust_client import AIClient
    from ai_rust_client.compat._options import Settings


class Connections:
    """One `AIClient` for each set of settings, shared by a client and the clients of its `with_options`."""

    def __init__(self) -> None:
        self._clients: dict[Settings, AIClient] = {}
        self._lock = Lock()
        self.closed = False

    def client(self, settings: "Settings") -> "AIClient":
        """The client with these settings."""
        with self._lock:
            if self.closed:
                raise RuntimeError("this client is closed; create a new one")
            client = self._clients.get(settings)
            if client is None:
                if len(self._clients) >= 64:  # settings that change with every call must not accumulate
                    self._clients.pop(next(iter(self._clients)))
                client = self._clients[settings] = settings.make_client()
            return client

    def close(self) -> None:
        """Close all clients."""
        with self._lock:
            self.closed = True
            clients = list(self._clients.values())
            self._clients.clear()
        for client in clients:
            client.close()
