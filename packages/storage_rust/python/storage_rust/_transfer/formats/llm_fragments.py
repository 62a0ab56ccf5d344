"""The table `fragments` of llm: texts, such as files, that many prompts share."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from ..exchange import text_of
from ..sqlite_files import DamagedFileError, ForeignFile

_MAX_EXPANDED: Final = 64 << 20  # characters in all prompts together; a fragment can be in any number of them
_MAX_IN_ONE: Final = 4 << 20  # characters in one prompt
_MAX_LISTED: Final = 100  # in the metadata of one exchange


class Fragments:
    """The texts by id. They replace their references up to limits, then only their sources do."""

    def __init__(self, file: ForeignFile) -> None:
        self._left = _MAX_EXPANDED
        self._texts: dict[object, str] = {}
        self._sources: dict[object, str] = {}
        for id, hash, content, source in readable(file.rows("fragments", ["id", "hash", "content", "source"])):
            self._texts[id] = text_of(content)
            self._sources[id] = text_of(source) or text_of(hash)

    def texts(self, ids: Iterable[object]) -> Iterator[str]:
        """The texts of the fragments of one prompt, or their sources if too much was repeated already."""
        left = _MAX_IN_ONE
        for id in ids:
            text = self._texts.get(id, "")
            if len(text) <= min(left, self._left):
                left -= len(text)
                self._left -= len(text)
                yield text
            else:
                yield f"[{self._sources.get(id, '')}]"

    def sources(self, ids: Iterable[object]) -> list[str]:
        """The sources of fragments: their files and addresses, or their hashes."""
        found = dict.fromkeys(filter(None, (self._sources.get(id, "") for id in ids)))
        return list(found)[:_MAX_LISTED]


def readable(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """The rows of a table that only adds to others: what cannot be read of it is missing there."""
    try:
        yield from rows
    except DamagedFileError:
        return


def in_order(rows: Iterator[tuple[Any, ...]]) -> dict[object, list[object]]:
    """The second columns by the first, sorted by the third, of a table that connects others."""
    lists: dict[object, list[tuple[int, object]]] = {}
    for owner, member, order in readable(rows):
        lists.setdefault(owner, []).append((order if isinstance(order, int) else 0, member))
    return {
        owner: [member for _, member in sorted(members, key=lambda each: each[0])] for owner, members in lists.items()
    }
