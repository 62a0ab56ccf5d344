"""Reading all rows of an import before its transaction begins, so that other writers wait for less."""

import pickle
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

_IN_MEMORY: Final = 16 << 20  # bytes; more are in a temporary file

Batch = list[tuple[Any, Any]]


@contextmanager
def staged(batches: Iterable[Batch], should_stop: Callable[[], bool]) -> Iterator[Iterator[Batch]]:
    """All batches, read already; the rest is left out if `should_stop` returns True after one of them."""
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
        count = 0
        for batch in batches:
            pickle.dump(batch, file, pickle.HIGHEST_PROTOCOL)
            count += 1
            if should_stop():
                break
        file.seek(0)
        yield (pickle.load(file) for _ in range(count))  # noqa: S301  what was written above
