"""A file with the finished requests of a batch, so that it can go on after a crash.

Each line is a JSON object: the request's index, a hash of what was sent, and the answer. Answers are looked up by the
hash; the index is for people who read the file. A line is written at once when its answer arrives; one that was cut by
a crash is ignored. Only one batch can use a file at the same time.
"""

import errno
import hashlib
import json
import os
from collections import defaultdict, deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ai_rust_client._file_lock import try_lock, unlock
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
    """The file; it is created if it does not exist.

    Raises OSError, BlockingIOError if another batch uses the file, or ValueError if it is another kind of file.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._offsets: defaultdict[str, deque[int]] = defaultdict(deque)
        self._file = Path(path).open("a+b")  # noqa: SIM115  closed by `close`
        if not try_lock(self._file):
            self._file.close()
            raise BlockingIOError(
                errno.EAGAIN,
                "the journal is in use by another batch; wait for its end, or use another file",
                os.fspath(path),
            )
        self._file.seek(0)
        self._read(path)

    def _read(self, path: str | os.PathLike[str]) -> None:
        offset = 0
        for line in self._file:
            try:
                record = json.loads(line)
                self._offsets[record["key"]].append(offset)
            except (ValueError, KeyError, TypeError) as error:
                if not self._offsets and not _is_cut_record(line):
                    self._file.close()
                    raise ValueError(f"{os.fspath(path)} is not a journal of map; use another file") from error
            if not line.endswith(b"\n"):
                self._file.write(b"\n")
            offset += len(line)

    def take(self, key: str) -> tuple[ChatResponse | None, str]:
        """A stored answer to a request, each of them once, and a note if it cannot be read."""
        if not (offsets := self._offsets.get(key)):
            return None, ""
        self._file.seek(offsets.popleft())
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
            unlock(self._file)
            self._file.close()


def _is_cut_record(line: bytes) -> bool:
    text = line.rstrip(b"\n")
    return text.startswith(_RECORD) or _RECORD.startswith(text)
