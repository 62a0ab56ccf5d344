"""Every block of code in the documents works, or is checked as far as that can be done without doing it.

Python runs (that of a package's README and of docs/client in the package's own tests), SQL runs on a store, settings
are read as settings, and each line of shell is checked by `shell_lines`. The rest is marked `no-run`, with a reason
here.
"""

import ast
import contextlib
import re
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import bootstrap
import pytest
import shell_lines

from minimal_browser_core.settings.load import parse_settings
from minimal_browser_core.storage.python.stores.conversations import PythonConversationStore

ROOT = bootstrap.ROOT
FOLDERS = (
    "docs",
    "docs/client",
    "docs/client/providers",
    "docs/guide",
    "docs/decisions",
    "docs/reference",
    "packages/*",
    "packages/*/benchmarks",
    "apps/browser",
)
FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# What a block that is not run is, by a text in it.
NOT_RUN = {
    "from fastapi import FastAPI": "a web application, which the tests of ai_rust_client start",
    "from openai import OpenAI  # before": "two lines of which one replaces the other",
    'PythonAIClient("sk-…"': "goes on from the example before it, with a provider",
    "class TestMyClient": "a reader's own package; core runs the same suites over its own implementations",
    "status_bar: Literal": "test_contributing.py adds it to a copy of the package",
    "CREATE TABLE conversations (": "PostgreSQL's",
    r"\copy lines": "PostgreSQL's",
    "websearch_to_tsquery": "PostgreSQL's",
}


class Block(NamedTuple):
    file: Path
    line: int
    language: str
    text: str


def blocks() -> list[Block]:
    files = [*ROOT.glob("*.md"), *(file for folder in FOLDERS for file in sorted(ROOT.glob(f"{folder}/*.md")))]
    return [
        Block(file, text.count("\n", 0, found.start()) + 1, found[1].strip(), found[2])
        for file in files
        for text in [file.read_text(encoding="utf-8")]
        for found in FENCE.finditer(text)
    ]


def of(*languages: str) -> pytest.MarkDecorator:
    """A test for each block in one of the languages."""
    some = [block for block in blocks() if block.language in languages]
    assert some, f"no block is in {languages}"
    names = [f"{block.file.relative_to(ROOT)}:{block.line}" for block in some]
    return pytest.mark.parametrize("block", some, ids=names)


def test_every_block_says_what_it_is() -> None:
    known = {"python", "sh", "sql", "toml", "mermaid", "text", "python no-run", "sql no-run"}
    assert {block.language for block in blocks()} <= known


def test_what_is_not_run_has_a_reason() -> None:
    marked = [block.text for block in blocks() if block.language.endswith(" no-run")]
    unexplained = [text for text in marked if not any(known in text for known in NOT_RUN)]
    gone = [known for known in NOT_RUN if not any(known in text for text in marked)]
    assert (unexplained, gone) == ([], [])


@of("python", "python no-run")
def test_python(block: Block, tmp_path: Path) -> None:
    ast.parse(block.text)
    if block.file.is_relative_to(ROOT / "docs" / "client"):
        assert (ROOT / "packages" / "ai_rust_client" / "tests" / "test_guide.py").exists(), "no test runs this example"
    elif block.language == "python" and block.file.is_relative_to(ROOT / "docs"):
        subprocess.run([sys.executable, "-W", "error", "-c", block.text], cwd=tmp_path, check=True)
    elif block.language == "python":
        tests = "scripts/tests/test_contributing.py" if block.file.name == "CONTRIBUTING.md" else "tests/test_readme.py"
        assert (block.file.parent / tests).exists(), "no test runs this example"


@of("sh")
def test_shell(block: Block) -> None:
    for words in shell_lines.commands(block.text):
        shell_lines.check(words, block.file.parent)


@of("toml")
def test_settings(block: Block) -> None:
    parse_settings(block.text)


@of("sql")
def test_sql(block: Block, tmp_path: Path) -> None:
    path = tmp_path / "conversations.db"
    with PythonConversationStore(path) as store:
        store.add_conversation("How do templates work?", "They are filled in.", "m")
    with contextlib.closing(sqlite3.connect(path)) as db:
        answers = [db.execute(statement).fetchall() for statement in block.text.split(";") if statement.strip()]
    assert all(answers)


@pytest.mark.parametrize(
    "line",
    [
        "scripts/nox -s tests-of-nothing",
        "scripts/nox -t nothing",
        "scripts/test packages/nothing -q",
        "scripts/test -m nothing",
        "scripts/start --nothing",
        "minimal-browser --temp-profil",
        "minimal-browser-fake-server --port x",
        "python -m storage_rust conversations.db rescue",
        "python packages/nothing.py",
        "pip install minimal-browser[rust]",
        "pip install minimal",
        "cargo +nightly fuzz run nothing",
        "unheard-of",
    ],
)
def test_a_wrong_line_is_refused(line: str, capfd: pytest.CaptureFixture[str]) -> None:
    (words,) = shell_lines.commands(line)
    with pytest.raises((AssertionError, SystemExit)):
        shell_lines.check(words, ROOT / "docs")


def test_every_file_that_the_architecture_names_exists() -> None:
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    sources = {"minimal_browser": "apps/browser/src", "minimal_browser_core": "packages/minimal_browser_core/src"}
    named = re.findall(r"`((minimal_browser(?:_core)?|storage_rust|ai_rust_client)/[^` ]+)`", text)
    assert len(named) > 30
    assert not [path for path, package in named if not (ROOT / sources.get(package, "packages") / path).exists()]
