"""The command line over a store of conversations: tables for people, JSON for programs.

Exit codes: 0 done; 1 it failed, or `check` found problems: a sentence says what; 2 the command line is wrong.
"""

import argparse
import contextlib
import json
import os
import shutil
import sys
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from ._host import StorageError
from .exporting import WRITERS
from .importing import FORMATS
from .older_folder import Part, import_folder, is_older_folder

_READING: Final = ("search", "recent", "export", "backup", "stats")  # on a file that may be read-only

OpenStore = Callable[..., Any]


def main(
    prog: str, open_store: OpenStore, arguments: Sequence[str] | None = None, *, places: Sequence[OpenStore] = ()
) -> int:
    """`places` open the stores of bookmarks and of history, for what an older browser left."""
    options = _parser(prog).parse_args(arguments)
    options.open_places = places
    try:
        return _run(options, open_store)
    except StorageError as error:
        sys.stderr.write(f"{prog}: {_line(str(error))}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write(f"{prog}: stopped\n")
        return 130
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser(prog: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=prog, description="Conversations in one SQLite file.")
    parser.add_argument("database", help="the file of the store; `import` makes it where there is none")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")

    def command(name: str, text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text)
        made.add_argument("--json", action="store_true", help="for programs: one JSON value")
        return made

    search = command("search", 'find exchanges: words, "a phrase", -word, prefix*, field:word')
    search.epilog = "A query that begins with a minus stands behind two: search -- -word"
    search.add_argument("query")
    search.add_argument("--order", choices=("relevance", "recent"), default="relevance")
    search.add_argument("--model")
    search.add_argument("--tag")
    recent = command("recent", "the newest exchanges")
    for listing in (search, recent):
        listing.add_argument("--limit", type=int, default=20)
    importing = command("import", "take the exchanges of other files; none is taken twice")
    importing.add_argument("files", nargs="+", metavar="file", help="a file, or the folder that the older browser left")
    importing.add_argument("--places", metavar="FILE", help="where bookmarks, history and sessions of such a folder go")
    importing.add_argument("--format", choices=FORMATS, default="auto")
    exporting = command("export", "write exchanges to a new file")
    exporting.add_argument("file")
    exporting.add_argument("--format", choices=tuple(WRITERS), default="jsonl")
    exporting.add_argument("--query", help="only what this finds")
    backup = command("backup", "copy the store, while others use it")
    backup.add_argument("file")
    check = command("check", "read the whole file and say what is wrong with it")
    rescue = "move a damaged file aside, and put what can be read into a new one"
    check.add_argument("--rescue", action="store_true", help=rescue)
    command("stats", "counts and sizes")
    return parser


def _run(options: argparse.Namespace, open_store: OpenStore) -> int:
    database = Path(options.database)
    if options.command != "import" and not database.exists():
        raise StorageError(f"{database} does not exist: `import` makes a store", path=str(database))
    for name in options.files if options.command == "import" else ():
        if not Path(name).exists():  # before an empty store is made for it
            raise StorageError(f"{name} does not exist: nothing was imported", path=name)
    thorough = {"check_on_open": True} if options.command == "check" and options.rescue else {}
    with open_store(database, read_only=options.command in _READING, **thorough) as store:
        code: int = _COMMANDS[options.command](store, options)
    return code


def _search(store: Any, options: argparse.Namespace) -> int:
    page = store.search(options.query, limit=options.limit, order=options.order, model=options.model, tag=options.tag)
    if options.json:
        hits = [_exchange(hit) | {"score": hit.score, "snippet": hit.snippet} for hit in page.hits]
        return _json({"hits": hits, "complete": page.complete})
    return _table(("id", "time", "model", "found"), [(*_row(hit)[:3], hit.snippet) for hit in page.hits])


def _recent(store: Any, options: argparse.Namespace) -> int:
    found = store.recent(limit=options.limit).conversations
    if options.json:
        return _json([_exchange(each) for each in found])
    return _table(("id", "time", "model", "prompt"), [_row(each) for each in found])


def _import(store: Any, options: argparse.Namespace) -> int:
    parts: list[Part] = []
    with contextlib.ExitStack() as stack:
        marks, history = (None, None)
        if options.places and options.open_places:
            marks, history = (stack.enter_context(opened(options.places)) for opened in options.open_places)
        for name in options.files:
            if is_older_folder(Path(name)):
                parts += import_folder(Path(name), store, marks, history)
            else:
                parts.append(Part(Path(name), store.import_file(name, format=options.format)))
    if options.json:
        return _json([_part(part) for part in parts])
    for part in parts:
        if part.report is None:
            sys.stdout.write(f"{_line(str(part.path))}: left: {_line(part.left)}\n")
            continue
        sys.stdout.write(f"{_line(str(part.path))}: {part.report}\n")
        for lost in part.report.lost:
            sys.stdout.write(f"  lost: record {lost.position}: {_line(lost.reason)}\n")
        if part.report.lost_count > len(part.report.lost):
            sys.stdout.write(f"  and {part.report.lost_count - len(part.report.lost)} more\n")
    return 0


def _part(part: Part) -> dict[str, Any]:
    report = part.report
    if report is None:
        return {"file": str(part.path), "left": part.left}
    return {
        "file": str(part.path),
        "taken": report.taken,
        "skipped": report.skipped,
        "lost_count": report.lost_count,
        "lost": [{"position": lost.position, "reason": lost.reason} for lost in report.lost],
        "attachments": report.attachments,
    }


def _export(store: Any, options: argparse.Namespace) -> int:
    written = store.export_file(options.file, format=options.format, query=options.query)
    return _told({"file": options.file, "written": written}, f"{written} written to {options.file}", options.json)


def _backup(store: Any, options: argparse.Namespace) -> int:
    store.backup(options.file)
    return _told({"file": options.file}, f"copied to {options.file}", options.json)


def _check(store: Any, options: argparse.Namespace) -> int:
    problems = store.check()
    _told({"problems": problems}, "\n".join(map(_line, problems)) or "no problems", options.json)
    return 1 if problems else 0


def _stats(store: Any, options: argparse.Namespace) -> int:
    stats = dict(store.stats())
    return _json(stats) if options.json else _table(("what", ""), list(stats.items()))


_COMMANDS: Final[dict[str, Callable[[Any, argparse.Namespace], int]]] = {
    "search": _search,
    "recent": _recent,
    "import": _import,
    "export": _export,
    "backup": _backup,
    "check": _check,
    "stats": _stats,
}


def _exchange(found: Any) -> dict[str, Any]:
    return {
        "id": found.id,
        "thread_id": found.thread_id,
        "parent_id": found.parent_id,
        "timestamp": found.timestamp.isoformat(timespec="milliseconds"),
        "prompt": found.prompt,
        "response": found.response,
        "model": found.model,
        "url": found.url,
        "tags": list(found.tags),
        "metadata": dict(found.metadata),
    }


def _row(found: Any) -> tuple[object, ...]:
    return found.id, found.timestamp.strftime("%Y-%m-%d %H:%M"), found.model, found.prompt


def _json(value: object) -> int:
    sys.stdout.write(json.dumps(value) + "\n")  # in ASCII: it can be printed anywhere
    return 0


def _told(value: object, sentence: str, as_json: bool) -> int:
    if as_json:
        return _json(value)
    sys.stdout.write(sentence + "\n")
    return 0


def _table(names: Sequence[str], rows: Sequence[Sequence[object]]) -> int:
    """The last column takes what is left of the line."""
    if not rows:
        sys.stdout.write("nothing found\n")
        return 0
    cells = [[_line(str(cell)) for cell in row] for row in [names, *rows]]
    widths = [min(24, max(map(_width, column))) for column in list(zip(*cells, strict=True))[:-1]]
    left = max(20, shutil.get_terminal_size().columns - sum(widths) - 2 * len(widths))
    encoding = sys.stdout.encoding or "utf-8"
    for row in cells:
        shown = [_fitted(cell, width) for cell, width in zip(row, [*widths, left], strict=True)]
        line = "  ".join(shown).rstrip() + "\n"
        sys.stdout.write(line.encode(encoding, "replace").decode(encoding))
    return 0


def _line(text: str) -> str:
    """No control character of a stored text reaches the terminal."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _width(text: str) -> int:
    return sum(_char_width(char) for char in text)


def _char_width(char: str) -> int:
    return 0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _fitted(text: str, width: int) -> str:
    if _width(text) > width:
        kept, used = "", 1
        for char in text:
            used += _char_width(char)
            if used > width:
                break
            kept += char
        text = kept + "…"
    return text + " " * (width - _width(text))
