"""Microsoft Copilot's `copilot-activity-history.csv`, with the columns Conversation, Time, Author and Message.

The privacy dashboard of a Microsoft account exports it: https://account.microsoft.com/privacy. The newest message is
the first; a conversation has a title, but no id, and its messages follow each other.
"""

import csv
from collections.abc import Callable, Iterator
from typing import IO, Any, Final

from ..exchange import text_of
from ..json_stream import JsonItem
from ..message_tree import ASSISTANT, USER, Message, Thread
from ..times import parse_time
from .loose_messages import FORMAT
from .message_content import AttachmentCounter, Object

_COLUMNS: Final = ("Conversation", "Time", "Author", "Message")
_MAX_LINE: Final = 4 << 20  # bytes
_MAX_MESSAGES: Final = 100_000  # of one conversation
_USERS: Final = ("human", "user")

_Row = dict[str, Any]


def is_activity(beginning: bytes) -> bool:
    """Whether a file begins with the names of the columns."""
    line = beginning.decode("utf-8-sig", errors="replace").partition("\n")[0]
    names = [name.strip().strip('"') for name in line.split(",")]
    return all(name in names for name in _COLUMNS)


def read_items(file: IO[bytes], count_bytes: Callable[[int], None]) -> Iterator[JsonItem]:
    """The conversations of a file, each as one record with its messages."""
    run: list[_Row] = []
    rows = csv.DictReader(_lines(file, count_bytes), skipinitialspace=True)
    while True:
        try:
            row = next(rows, None)
        except csv.Error as error:
            yield JsonItem(None, error=f"it is not a row of the table: {error}")
            continue
        if run and (row is None or row["Conversation"] != run[0]["Conversation"] or len(run) == _MAX_MESSAGES):
            yield JsonItem({FORMAT: "copilot", "messages": run}, count=len(run))
            run = []
        if row is None:
            return
        run.append(row)


def _lines(file: IO[bytes], count_bytes: Callable[[int], None]) -> Iterator[str]:
    encoding = "utf-8-sig"
    while line := file.readline(_MAX_LINE):
        count_bytes(len(line))
        yield line.decode(encoding, errors="replace")
        encoding = "utf-8"


def read(record: Object, attachments: AttachmentCounter) -> tuple[Thread, list[Message]]:
    """The messages of one conversation, in the order of their times."""
    rows: list[_Row] = record["messages"]
    times = [parse_time(row["Time"]) or 0 for row in rows]
    order = list(range(len(rows)))
    if times[0] >= times[-1]:
        order.reverse()
    order.sort(key=lambda n: times[n])
    messages: list[Message] = []
    ids: dict[str, int] = {}
    for n in order:
        author, text = text_of(rows[n]["Author"]), text_of(rows[n]["Message"])
        id = f"{times[n]} {author} {text:.200}"
        ids[id] = ids.get(id, 0) + 1
        by_user = author.strip().lower() in _USERS
        messages.append(
            Message(
                f"{id} {ids[id]}",
                messages[-1].id if messages else None,
                USER if by_user else ASSISTANT,
                text,
                "" if by_user else "copilot",
                times[n] or None,
            )
        )
    title = text_of(rows[0]["Conversation"]).strip()
    # A later export has more messages at the end, so that the time of the first one identifies the conversation.
    return Thread((f"{title} {times[order[0]]}",), title, times[order[0]] or None), messages
