"""Wake the event loop of another thread through a file descriptor."""

import os
import sys
import threading

if sys.platform == "win32":
    import socket


class Wakeup:
    """A descriptor that is readable from `set` until `clear`. Thread-safe.

    For select, QSocketNotifier and loop.add_reader. It is a pipe, or on Windows, where select accepts nothing else, a
    pair of sockets. After `close`, or when the object is garbage-collected, `fileno` is -1 and `set` does nothing.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_set = False
        self._open = True
        if sys.platform == "win32":
            self._reader, self._writer = socket.socketpair()
        else:
            self._reader, self._writer = os.pipe()

    def fileno(self) -> int:
        """Return the descriptor to watch."""
        if not self._open:
            return -1
        if sys.platform == "win32":
            return self._reader.fileno()
        return self._reader

    def set(self) -> None:
        """Make the descriptor readable."""
        with self._lock:
            if self._is_set or not self._open:
                return
            self._is_set = True
            if sys.platform == "win32":
                self._writer.send(b"\0")
            else:
                os.write(self._writer, b"\0")

    def clear(self) -> None:
        """Make the descriptor unreadable again."""
        with self._lock:
            if not self._is_set or not self._open:
                return
            self._is_set = False
            if sys.platform == "win32":
                self._reader.recv(1)
            else:
                os.read(self._reader, 1)

    def close(self) -> None:
        """Close the descriptor."""
        with self._lock:
            if not self._open:
                return
            self._open = False
            if sys.platform == "win32":
                self._reader.close()
                self._writer.close()
            else:
                os.close(self._reader)
                os.close(self._writer)

    def __del__(self) -> None:
        if getattr(self, "_open", False) and hasattr(self, "_writer"):
            self.close()
