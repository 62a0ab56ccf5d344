"""A file with the finished requests of a batch, so that it can go on after a crash.

Each line is a JSON object: the request's index, a hash of what was sent, and the answer. A line is written at once when
its answer arrives; one that was cut by a crash is ignored.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ai_rust_client._native import ChatResponse
from ai_rust_client._response_record import response_of, response_record

_NOT_HASHED = frozenset({"timeout", "max_retries", "extra_headers", "extra_query"})
_RECORD = b'{"index": '
"""How each line begins."""


def request_key(messages: Any, model: Any, options: Mapping[str, Any]) -> str:
    """A hash of everything that decides the answer."""
    relevant = {name: value for name, value in options.items() if name not in _NOT_HASHED}
    text = json.dumps([messages, model, relevant], sort_keys=True, default=repr)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class Journal:
    """The file; it is created if it does not exist. Raises OSError, or ValueError if it is another kind of file."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._places: dict[int, tuple[str, int]] = {}
        self._file = Path(path).open("a+b")  # noqa: SIM115  closed by `close`
        self._file.seek(0)
        self._read(path)

    def _read(self, path: str | os.PathLike[str]) -> None:
        offset = 0
        for line in self._file:
            try:
                record = json.loads(line)
                self._places[record["index"]] = (record["key"], offset)
            except (ValueError, KeyError, TypeError) as error:
                if not self._places and not _is_cut_record(line):
                    self._file.close()
                    raise ValueError(f"{os.fspath(path)} is not a journal of map; use another file") from error
            if not line.endswith(b"\n"):
                self._file.write(b"\n")
            offset += len(line)

    def find(self, index: int, key: str) -> tuple[ChatResponse | None, str]:
        """The stored answer to a request, and a note if another request was stored in its place."""
        stored_key, offset = self._places.get(index, (key, -1))
        if offset < 0:
            return None, ""
        if stored_key != key:
            return None, "the request changed since its answer was stored; it was sent again"
        self._file.seek(offset)
        try:
            return response_of(json.loads(self._file.readline())["response"]), ""
        except (ValueError, KeyError, TypeError, AttributeError):
            return None, "the stored answer cannot be read; the request was sent again"

    def add(self, index: int, key: str, response: ChatResponse) -> None:
        """Store an answer."""
        record = {"index": index, "key": key, "response": response_record(response)}
        self._file.write(json.dumps(record).encode() + b"\n")
        self._file.flush()

    def close(self) -> None:
        """Write everything to the disk."""
        if not self._file.closed:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()


def _is_cut_record(line: bytes) -> bool:
    text = line.rstrip(b"\n")
    return text.startswith(_RECORD) or _RECORD.startswith(text)
