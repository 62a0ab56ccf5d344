"""What a line of shell in a document names is there, and its options are taken: without running what takes long.

`check` raises AssertionError or SystemExit. A program that nobody here knows how to check is an error: add it.
"""

import ast
import re
import shlex
import tomllib
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

import bootstrap

from minimal_browser.startup import cli
from minimal_browser_core.storage.transfer import cli as storage_cli
from minimal_browser_core.testing.fake_server import __main__ as fake_server

ROOT = bootstrap.ROOT
MEMBERS = {
    path.name if path.name != "browser" else "minimal-browser": path
    for path in [*ROOT.glob("packages/*"), ROOT / "apps/browser"]
}
# Other people's programs; of their arguments, paths into the repository must exist.
FOREIGN = ("cargo", "gdb", "git", "keyring", "llm", "maturin", "psql", "pytest", "uv")
VARIABLE = re.compile(r"[A-Z_]+=")
EXAMPLES = ("your_script.py",)


def commands(block: str) -> Iterator[list[str]]:
    """The words of each command; settings of variables before it are left out."""
    for line in block.splitlines():
        for part in re.split(r"\s&&\s", line):
            words = shlex.split(part, comments=True)
            while words and VARIABLE.match(words[0]):
                del words[0]
            if words and words[0] != "cd":
                yield words


def check(words: Sequence[str], folder: Path) -> None:
    """`folder` is that of the document: paths lead from there, from above it, or from the root."""
    program, arguments = words[0].removeprefix(".venv/bin/"), list(words[1:])
    assert program in PROGRAMS, f"no check knows {program}"
    PROGRAMS[program](arguments, folder)


def is_there(path: str, folder: Path) -> None:
    places = (folder, folder.parent, ROOT)
    assert path in EXAMPLES or any((place / path).exists() for place in places), f"{path} does not exist"


def foreign(arguments: list[str], folder: Path) -> None:
    if arguments[:3] == ["+nightly", "fuzz", "run"]:
        found = [*ROOT.glob(f"packages/*/fuzz/fuzz_targets/{arguments[3]}.rs")]
        assert found, f"there is no fuzz target {arguments[3]}"
    for argument in arguments:
        if argument.startswith(("packages/", "apps/", "scripts/", "docs/", "../")):
            is_there(argument, folder)


def python(arguments: list[str], folder: Path) -> None:
    match [argument for argument in arguments if argument not in ("-X", "faulthandler")]:
        case ["-m", "storage_rust" | "minimal_browser_core.storage" as module, *rest]:
            storage_cli._parser("prog", has_salvage=module == "storage_rust").parse_args(rest)
        case ["-m", module, *rest]:
            assert module in ("pytest", "pstats", "mypy.stubtest"), f"no check knows python -m {module}"
            foreign(rest, folder)
        case ["-c", code]:
            ast.parse(code)  # its package's own tests run it
        case [script, *_]:
            is_there(script, folder)


def pip(arguments: list[str], folder: Path) -> None:
    assert arguments[0] == "install"
    for wanted in arguments[1:]:
        name, _, extra = wanted.rstrip("]").partition("[")
        assert name in MEMBERS, f"{name} is not a package of this repository"
        extras = tomllib.loads((MEMBERS[name] / "pyproject.toml").read_text())["project"].get(
            "optional-dependencies", {}
        )
        assert not extra or extra.replace("-", "_") in extras, f"{name} has no extra {extra}"


@cache
def sessions() -> tuple[frozenset[str], frozenset[str]]:
    """The names of all sessions of the noxfile, and their tags: read, not run."""
    names, tags = set(), set()
    tree = ast.parse((ROOT / "noxfile.py").read_text())
    for function in (node for node in tree.body if isinstance(node, ast.FunctionDef)):
        for decorator in function.decorator_list:
            text = ast.unparse(decorator)
            if each := re.match(r"each\((\w+), '([\w-]+)'", text):
                tags.add(each[2])
                names |= {f"{each[2]}-{member}" for member in MEMBERS}
            elif text.startswith("nox.session"):
                named = re.search(r"name='([\w-]+)'", text)
                names.add(named[1] if named else function.name)
    return frozenset(names), frozenset(tags)


def nox(arguments: list[str], _: Path) -> None:
    own = arguments[: arguments.index("--")] if "--" in arguments else arguments
    names, tags = sessions()
    match own:
        case [] | ["-l"]:
            pass
        case ["-s", *wanted]:
            assert set(wanted) <= names, f"there is no session {set(wanted) - names}"
        case ["-t", *wanted]:
            assert set(wanted) <= tags, f"there is no tag {set(wanted) - tags}"
        case _:
            raise AssertionError(f"no check knows scripts/nox {own}")


def test(arguments: list[str], folder: Path) -> None:
    foreign(arguments, folder)
    if "-m" in arguments:
        marker = arguments[arguments.index("-m") + 1]
        assert f'"{marker}:' in (ROOT / "pyproject.toml").read_text(), f"there is no marker {marker}"


def start(arguments: list[str], folder: Path) -> None:
    browser([argument for argument in arguments if argument != "--native"], folder)


def browser(arguments: list[str], _: Path) -> None:
    if arguments not in (["--version"], ["--help"]):
        cli.parse(arguments)


def server(arguments: list[str], _: Path) -> None:
    if arguments != ["--help"]:
        fake_server._parser().parse_args(arguments)


def migrate(arguments: list[str], _: Path) -> None:
    assert len(arguments) == 2


PROGRAMS: dict[str, Callable[[list[str], Path], None]] = {
    **dict.fromkeys(FOREIGN, foreign),
    "minimal-browser": browser,
    "minimal-browser-fake-server": server,
    "pip": pip,
    "python": python,
    "scripts/migrate_to_sqlite.py": migrate,
    "scripts/nox": nox,
    "scripts/start": start,
    "scripts/test": test,
}
