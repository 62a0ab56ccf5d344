"""The commands that show, delete and group exchanges."""

import argparse
import sys
from collections.abc import Callable
from typing import Any, Final

from .._host import InvalidData, StorageError
from ..terminal import one_line, print_table
from .dates import parse_date
from .output import as_json, as_row, print_json, print_result

AddCommand = Callable[[str, str], argparse.ArgumentParser]


def add_commands(command: AddCommand) -> None:
    """Define the arguments of the commands of this module."""
    command("show", "one exchange in full").add_argument("id", type=int)
    similar = command("similar", "the exchanges that share informative words with another one")
    similar.add_argument("id", type=int)
    similar.add_argument("--limit", type=int, default=20)
    command("threads", "the threads, last used first").add_argument("--limit", type=int, default=20)
    command("thread", "the exchanges of a thread, parents before children").add_argument("id", type=int)
    rename = command("rename-thread", "replace the title of a thread")
    rename.add_argument("id", type=int)
    rename.add_argument("title")
    command("delete", "delete exchanges").add_argument("ids", nargs="+", type=int, metavar="id")
    purge = command("purge", "delete old exchanges, and rewrite the file without any deleted text")
    purge.add_argument("--before", type=parse_date, metavar="DATE", help="2026-01-31, yesterday, 7d or an ISO time")
    purge.add_argument("--keep-last", type=int, metavar="N", help="keep the newest N")
    purge.add_argument("--yes", action="store_true", help="do not ask")


def _show(store: Any, options: argparse.Namespace) -> int:
    exchange = store.get(options.id)
    if exchange is None:
        raise InvalidData(f"there is no exchange {options.id}")
    if options.json:
        return print_json(as_json(exchange))
    for name, value in as_json(exchange).items():
        if name not in ("prompt", "response"):
            sys.stdout.write(f"{name}: {one_line(str(value))}\n")
    for text in (exchange.prompt, exchange.response):
        sys.stdout.write("\n" + _printable(text) + "\n")
    return 0


def _printable(text: str) -> str:
    """`text` with its lines, and with its other control characters escaped."""
    escaped = "".join(char if char.isprintable() or char in "\n\t" else ascii(char)[1:-1] for char in text)
    encoding = sys.stdout.encoding or "utf-8"
    return escaped.encode(encoding, "replace").decode(encoding)


def _print_exchanges(exchanges: list[Any], options: argparse.Namespace) -> int:
    if options.json:
        return print_json([as_json(each) for each in exchanges])
    print_table(("id", "time", "model", "prompt"), [as_row(each) for each in exchanges])
    return 0


def _similar(store: Any, options: argparse.Namespace) -> int:
    return _print_exchanges(store.more_like(options.id, limit=options.limit).hits, options)


def _thread(store: Any, options: argparse.Namespace) -> int:
    exchanges = store.thread(options.id)
    if not exchanges:
        raise InvalidData(f"there is no exchange in a thread {options.id}")
    return _print_exchanges(exchanges, options)


def _threads(store: Any, options: argparse.Namespace) -> int:
    threads = store.threads(limit=options.limit)
    if options.json:
        names = ("id", "title", "count", "cursor")
        times = ("created_at", "updated_at")
        return print_json(
            [
                {n: getattr(each, n) for n in names} | {n: getattr(each, n).isoformat() for n in times}
                for each in threads
            ]
        )
    rows = [(each.id, each.updated_at.strftime("%Y-%m-%d %H:%M"), each.count, each.title) for each in threads]
    print_table(("id", "updated", "exchanges", "title"), rows)
    return 0


def _rename_thread(store: Any, options: argparse.Namespace) -> int:
    if not store.rename_thread(options.id, options.title):
        raise InvalidData(f"there is no thread {options.id}")
    return print_result({"renamed": options.id}, "renamed", options.json)


def _delete(store: Any, options: argparse.Namespace) -> int:
    deleted = store.delete(options.ids)
    print_result({"deleted": deleted}, f"{deleted} deleted", options.json)
    return 0 if deleted == len(set(options.ids)) else 1


def _purge(store: Any, options: argparse.Namespace) -> int:
    if not options.yes:
        if not sys.stdin.isatty():
            raise StorageError("purge deletes for good: confirm with --yes")
        sys.stderr.write("Delete for good and rewrite the file? [y/N] ")
        sys.stderr.flush()
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            raise StorageError("nothing was purged")
    purged = store.purge(before=options.before, keep_last=options.keep_last)
    return print_result({"purged": purged}, f"{purged} purged", options.json)


COMMANDS: Final[dict[str, Callable[[Any, argparse.Namespace], int]]] = {
    "show": _show,
    "similar": _similar,
    "threads": _threads,
    "thread": _thread,
    "rename-thread": _rename_thread,
    "delete": _delete,
    "purge": _purge,
}
READ_ONLY: Final = ("show", "similar", "threads", "thread")
