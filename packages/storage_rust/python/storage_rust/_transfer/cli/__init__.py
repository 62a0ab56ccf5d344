"""The command line of a store of conversations: tables for users, JSON for programs.

Exit codes: 0 success; 1 an error, or `check` found problems: a sentence says which; 2 invalid arguments.
"""

import argparse
import glob
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from .._host import StorageError
from ..browser_profiles import NAMES as BROWSERS
from ..export_conversations import WRITERS, export_file
from ..import_conversations import FORMATS
from ..progress_bar import ProgressBar
from ..terminal import one_line, print_table
from . import exchanges
from .dates import parse_date
from .imports import run_import
from .output import as_json, as_row, print_json, print_result
from .pipes import write_to_stdout

_CREATING: Final = ("import", "merge")
_READ_ONLY: Final = ("search", "recent", "export", "backup", "stats", *exchanges.READ_ONLY)

OpenStore = Callable[..., Any]
Salvage = Callable[[str, str], tuple[int, str]]


def main(
    prog: str,
    open_store: OpenStore,
    arguments: Sequence[str] | None = None,
    *,
    places: Sequence[OpenStore] = (),
    salvage: Salvage | None = None,
) -> int:
    """Run a command and return its exit code.

    `places` opens the stores of bookmarks and history, for the import of a folder. `salvage` copies what can be read of
    a damaged file to a new one; without it there is no such command.
    """
    parser = _parser(prog, has_salvage=salvage is not None)
    options = parser.parse_args(arguments)
    if options.command == "import" and bool(options.files) == bool(options.browser):
        parser.error("name the files to import, or a browser of this computer with --browser")
    options.open_places = places
    try:
        if options.command == "salvage" and salvage is not None:
            return _salvage(options, salvage)
        return _run(options, open_store)
    except StorageError as error:
        sys.stderr.write(f"{prog}: {one_line(str(error))}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write(f"{prog}: stopped\n")
        return 130
    except BrokenPipeError:  # the reader of the output has closed it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser(prog: str, *, has_salvage: bool) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=prog, description="Conversations in one SQLite file.")
    parser.add_argument("database", help="the file of the store; `import` creates it if it does not exist")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")

    def command(name: str, text: str) -> argparse.ArgumentParser:
        subparser = commands.add_parser(name, help=text, description=text)
        subparser.add_argument("--json", action="store_true", help="for programs: one JSON value")
        return subparser

    search = command(
        "search", 'find exchanges: a question or words, "a phrase", -word, prefix*, field:word, after:2025-03'
    )
    search.epilog = "Write two dashes before a query that begins with a minus: search -- -word"
    search.add_argument("query")
    search.add_argument("--order", choices=("relevance", "recent"), default="relevance")
    search.add_argument("--match", choices=("auto", "all", "any"), default="auto", help="which words must match")
    search.add_argument("--model")
    search.add_argument("--tag")
    for bound in ("--since", "--until"):
        search.add_argument(bound, type=parse_date, metavar="DATE", help="2026-01-31, yesterday, 7d or an ISO time")
    exchanges.add_commands(command)
    recent = command("recent", "the newest exchanges")
    for listing in (search, recent):
        listing.add_argument("--limit", type=int, default=20)
    importing = command("import", "import conversations, bookmarks and history; nothing is imported twice")
    importing.add_argument("files", nargs="*", metavar="file", help="a file, - for standard input, or a folder of 0.x")
    importing.add_argument(
        "--places", metavar="FILE", help="where to store bookmarks and history, from files, folders or a browser"
    )
    importing.add_argument(
        "--browser",
        choices=BROWSERS,
        metavar="NAME",
        help="import the history and bookmarks of a browser on this computer, which may be running, into --places or "
        f"the database: {', '.join(BROWSERS)}",
    )
    importing.add_argument("--profile", metavar="NAME", help="only this profile of the browser; by default, all")
    importing.add_argument("--format", choices=FORMATS, default="auto")
    merging = command("merge", "add the exchanges of another store, and delete what was deleted in it")
    merging.add_argument("files", nargs="+", metavar="file")
    merging.set_defaults(places=None, browser=None)
    exporting = command("export", "write exchanges to a new file")
    exporting.add_argument("file", help="a new file, or - for standard output")
    exporting.add_argument("--format", choices=tuple(WRITERS), default="jsonl")
    exporting.add_argument("--query", help="only its matches")
    backup = command("backup", "copy the store while others use it")
    backup.add_argument("file")
    check = command("check", "read the whole file and report its problems")
    rescue = "move a damaged file aside, and recover what can be read, if this implementation can"
    check.add_argument("--rescue", action="store_true", help=rescue)
    stats = command("stats", "counts and sizes")
    stats.add_argument("--by", choices=("model", "day", "site"), help="one row per model, day or site")
    if has_salvage:
        salvage = command("salvage", "copy what can be read of a damaged file of conversations or places to a new one")
        salvage.add_argument("file", nargs="?", help="the new file; by default the database with .recovered appended")
    return parser


def _run(options: argparse.Namespace, open_store: OpenStore) -> int:
    database = Path(options.database)
    if options.command in _CREATING:
        return run_import(options, open_store, options.open_places)
    if not database.exists():
        raise StorageError(f"{database} does not exist: `import` creates a store", path=str(database))
    check_options = {"check_on_open": True} if options.command == "check" and options.rescue else {}
    with open_store(database, read_only=options.command in _READ_ONLY, **check_options) as store:
        code: int = _COMMANDS[options.command](store, options)
    return code


def _search(store: Any, options: argparse.Namespace) -> int:
    page = store.search(
        options.query,
        limit=options.limit,
        order=options.order,
        match=options.match,
        model=options.model,
        tag=options.tag,
        since=options.since,
        until=options.until,
    )
    if options.json:
        hits = [as_json(hit) | {"score": hit.score, "snippet": hit.snippet} for hit in page.hits]
        return print_json({"hits": hits, "complete": page.complete, "match": page.match})
    print_table(("id", "time", "model", "found"), [(*as_row(hit)[:3], hit.snippet) for hit in page.hits])
    return 0


def _recent(store: Any, options: argparse.Namespace) -> int:
    found = store.recent(limit=options.limit).conversations
    if options.json:
        return print_json([as_json(each) for each in found])
    print_table(("id", "time", "model", "prompt"), [as_row(each) for each in found])
    return 0


def _export(store: Any, options: argparse.Namespace) -> int:
    if options.file == "-":
        return write_to_stdout(store, options.format, options.query)
    with ProgressBar("exporting") as bar:
        written = export_file(store, options.file, options.format, options.query, bar.update)
    return print_result(
        {"file": options.file, "written": written}, f"{written} written to {options.file}", options.json
    )


def _backup(store: Any, options: argparse.Namespace) -> int:
    source, target = Path(options.database), Path(options.file)
    with ProgressBar("copying", lambda: (_size_of_copies(target), source.stat().st_size)):
        store.backup(options.file)
    return print_result({"file": options.file}, f"copied to {options.file}", options.json)


def _size_of_copies(target: Path) -> int:
    """The size of the unfinished copy that becomes `target`."""
    try:
        return max(
            (each.stat().st_size for each in target.parent.glob(f"{glob.escape(target.name)}.partial-*")), default=0
        )
    except OSError:
        return 0


def _check(store: Any, options: argparse.Namespace) -> int:
    with ProgressBar("checking"):
        problems = store.check()
    print_result({"problems": problems}, "\n".join(map(one_line, problems)) or "no problems", options.json)
    return 1 if problems else 0


def _stats(store: Any, options: argparse.Namespace) -> int:
    stats = dict(store.stats(by=options.by) if options.by else store.stats())
    if options.json:
        return print_json(stats)
    if options.by:
        names = ("conversations", "threads", "text_bytes")
        print_table((options.by, *names), [(key, *(row[name] for name in names)) for key, row in stats.items()])
        return 0
    print_table(("what", ""), list(stats.items()))
    return 0


def _salvage(options: argparse.Namespace, salvage: Salvage) -> int:
    target = options.file or f"{options.database}.recovered"
    recovered, summary = salvage(options.database, target)
    text = f"{summary}: written to {target}" if recovered else f"nothing could be read; {target} is empty"
    print_result({"file": target, "recovered": recovered, "summary": summary}, text, options.json)
    return 0 if recovered else 1


_COMMANDS: Final[dict[str, Callable[[Any, argparse.Namespace], int]]] = {
    "search": _search,
    "recent": _recent,
    "export": _export,
    "backup": _backup,
    "check": _check,
    "stats": _stats,
    **exchanges.COMMANDS,
}
