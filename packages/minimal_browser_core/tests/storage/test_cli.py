"""The command line of the store as a process: in Python, and in the wheel if it is installed."""

import importlib.util
import json
import os
import re
import shlex
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from minimal_browser_core.storage.python.stores.bookmarks import PythonBookmarkStore
from minimal_browser_core.testing.storage_conformance.browser_files import chromium_bookmarks, firefox, write_json

MODULES = ["minimal_browser_core.storage"]
if importlib.util.find_spec("storage_rust") is not None or os.environ.get("REQUIRE_NATIVE") == "1":
    MODULES.append("storage_rust")

OLD = [
    {"timestamp": "2024-02-29T12:00:00", "query": "wombats\x1b[31m", "response": "cubic"},
    {"timestamp": "2024-03-01T12:00:00", "query": "東京", "response": "晴れ"},
    {"timestamp": "never", "query": "q", "response": "r"},
]


@pytest.fixture(params=MODULES)
def module(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "old.json").write_text(json.dumps(OLD), encoding="utf-8")
    return tmp_path


def run(folder: Path, *arguments: str, code: int = 0) -> str:
    ran = subprocess.run(
        [sys.executable, "-W", "error", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONIOENCODING": "utf-8", "COLUMNS": "80"},
        check=False,
    )
    assert ran.returncode == code, ran.stderr
    assert "Traceback" not in ran.stderr
    return ran.stdout or ran.stderr


def test_an_imported_file_can_be_searched_listed_exported_and_checked(module: str, folder: Path) -> None:
    def command(*arguments: str) -> str:
        return run(folder, "-m", module, "store.db", *arguments)

    output = command("import", "old.json")
    assert output.splitlines()[0] == "old.json: 2 taken, 0 skipped, 1 lost"
    assert "record 3: its timestamp is not a time" in output
    (again,) = json.loads(command("import", "old.json", "--json"))
    assert (again["taken"], again["skipped"], again["lost_count"]) == (0, 2, 1)
    table = command("recent")
    assert "\x1b" not in table
    assert [line.split()[0] for line in table.splitlines()] == ["id", "2", "1"]
    assert "東京" in command("search", "京")
    (hit,) = json.loads(command("search", "wombats", "--json"))["hits"]
    assert (hit["prompt"], hit["timestamp"]) == ("wombats\x1b[31m", "2024-02-29T12:00:00.000+00:00")
    assert json.loads(command("export", "out.jsonl", "--query", "wombats", "--json"))["written"] == 1
    assert json.loads((folder / "out.jsonl").read_text(encoding="utf-8"))["response"] == "cubic"
    command("backup", "copy.db")
    assert json.loads(run(folder, "-m", module, "copy.db", "stats", "--json"))["conversations"] == 2
    assert command("check") == "no problems\n"
    assert json.loads(command("check", "--json")) == {"problems": []}


@pytest.mark.parametrize(
    "content", [b"", b"root:x:0:0:root:/root:/bin/bash\n" * 27, b"\x89PNG\r\n\x1a\n\0", b'{"a": 1}']
)
def test_a_file_that_is_not_recognised_is_an_error_and_the_others_are_imported(
    module: str, folder: Path, content: bytes
) -> None:
    (folder / "what").write_bytes(content)
    command = ["-m", module, "store.db", "import", "what", "old.json"]
    assert "what cannot be imported" in run(folder, *command[:-1], code=1)
    unknown, known = json.loads(run(folder, *command, "--json", code=1))
    assert "LibreChat" in " ".join(unknown["tried"])
    assert "error" in unknown
    assert known["taken"] == 2
    assert json.loads(run(folder, "-m", module, "store.db", "stats", "--json"))["conversations"] == 2


def test_the_folder_of_minimal_browser_0_is_imported(module: str, folder: Path) -> None:
    old = folder / ".minimal_browser"
    (old / "sessions").mkdir(parents=True)
    (old / "vectors").mkdir()
    (old / "config.toml").write_text("[ai]\n")
    (old / "conversations.json").write_text(json.dumps(OLD))
    (old / "bookmarks.json").write_text('[{"url": "https://b.org/", "title": "B", "tags": ["x"]}]')
    tabs = [{"url": "https://b.org/", "title": "B"}, {"url": "https://c.org/", "title": "C", "scroll_position": 7}, {}]
    (old / "sessions" / "work.json").write_text(json.dumps({"name": "work", "created_at": "2024-01-01", "tabs": tabs}))
    (old / "sessions" / "cut.json").write_text('{"name": "cut", "tabs": [')
    with closing(sqlite3.connect(old / "history.db")) as db:
        db.execute("CREATE TABLE history (id, url, title, visit_time, visit_count)")
        db.execute("INSERT INTO history VALUES (1, 'https://h.org/', 'H', '2024-02-29T12:00:00', 2)")
        db.commit()
    before = {file: file.read_bytes() for file in old.rglob("*") if file.is_file()}
    lines = run(folder, "-m", module, "store.db", "import", str(old)).splitlines()
    assert any("bookmarks.json: not imported: name a file" in line for line in lines)
    command = ["-m", module, "store.db", "import", str(old), "--places", "places.db", "--json"]
    output = {Path(part["file"]).name: part for part in json.loads(run(folder, *command))}
    counts = {
        name: (part["taken"], part["skipped"], part["lost_count"]) for name, part in output.items() if "taken" in part
    }
    assert counts == {
        "conversations.json": (0, 2, 1),
        "bookmarks.json": (1, 0, 0),
        "history.db": (1, 0, 0),
        "work.json": (2, 0, 1),
    }
    left = {name for name, part in output.items() if "left" in part}
    assert left == {"cut.json", "config.toml", "vectors"}
    assert "settings" in output["config.toml"]["left"]
    again = {Path(part["file"]).name: part for part in json.loads(run(folder, *command))}
    assert sum(part.get("taken", 0) for part in again.values()) == 0
    assert {file: file.read_bytes() for file in old.rglob("*") if file.is_file()} == before
    with PythonBookmarkStore(folder / "places.db") as marks:
        assert [(mark.url, mark.tags) for mark in marks.search("tag:work")][::-1] == [
            ("https://b.org/", ("x", "session/work")),
            ("https://c.org/", ("session/work",)),
        ]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["none.db", "recent"], "none.db does not exist"),
        (["new.db", "import", "nothing.json"], "nothing.json does not exist"),
        (["old.json", "stats"], "not a database of conversations"),
        (["old.json", "recent", "--limit", "0"], "not a database of conversations"),
    ],
)
def test_an_error_is_reported_in_a_sentence(module: str, folder: Path, arguments: list[str], sentence: str) -> None:
    assert sentence in run(folder, "-m", module, *arguments, code=1)
    assert not (folder / "none.db").exists()
    assert not (folder / "new.db").exists()


def test_a_damaged_store_is_moved_aside_on_demand(module: str, folder: Path) -> None:
    def command(*arguments: str, code: int = 0) -> str:
        return run(folder, "-m", module, "store.db", *arguments, code=code)

    damage(module, folder)
    output = command("check", "--rescue", code=1)
    assert "store.db.damaged-" in output
    if module == "storage_rust":
        assert "what could be read is in a new" in output
        assert json.loads(command("stats", "--json"))["conversations"] > 100
    else:
        assert "python -m storage_rust" in output
        assert "salvage" in output
        command("import", "rows.json")
    assert command("check") == "no problems\n"
    assert command("search", "nowhere") == "nothing found\n"


@pytest.mark.skipif("storage_rust" not in MODULES, reason="storage_rust is not installed")
def test_the_command_that_the_python_store_names_recovers_what_can_be_read(folder: Path) -> None:
    damage("minimal_browser_core.storage", folder)
    output = run(folder, "-m", "minimal_browser_core.storage", "store.db", "check", "--rescue", code=1)
    command = re.search(r"`python (.*?)`", output)
    assert command is not None
    assert "conversations" in run(folder, *shlex.split(command[1]))
    (recovered,) = folder.glob("store.db.damaged-*.recovered")
    assert json.loads(run(folder, "-m", "storage_rust", str(recovered), "stats", "--json"))["conversations"] > 100
    assert "exists already" in run(folder, *shlex.split(command[1]), code=1)


def damage(module: str, folder: Path) -> None:
    """Write a store in which every ninth page is blank."""
    rows = [{"prompt": f"question {n}", "response": "answer " * 200} for n in range(200)]
    (folder / "rows.json").write_text(json.dumps(rows))
    run(folder, "-m", module, "store.db", "import", "rows.json")
    content = bytearray((folder / "store.db").read_bytes())
    for page in range(30, len(content) // 4096, 9):
        content[page * 4096 : page * 4096 + 4000] = bytes(4000)
    (folder / "store.db").write_bytes(content)


def test_an_invalid_command_line_prints_the_usage(module: str, folder: Path) -> None:
    assert "usage:" in run(folder, "-m", module, "store.db", "dance", code=2)


def test_the_migration_script_imports_the_old_file_once(folder: Path) -> None:
    scripts = [parent / "scripts" / "migrate_to_sqlite.py" for parent in Path(__file__).parents]
    script = next((str(script) for script in scripts if script.exists()), None)
    if script is None:
        pytest.skip("scripts/migrate_to_sqlite.py is in the repository, and this test is not")
    before = (folder / "old.json").read_bytes()
    assert run(folder, script, "old.json").startswith("old.json: 2 taken, 0 skipped, 1 lost")
    (again,) = json.loads(run(folder, script, "old.json", "old.db", "--json"))
    assert (again["taken"], again["skipped"]) == (0, 2)
    assert (folder / "old.json").read_bytes() == before
    assert "does not exist" in run(folder, script, "gone.json", code=1)
    (folder / "notes.txt").write_text("no conversations\n")
    assert "cannot be imported" in run(folder, script, "notes.txt", code=1)


def test_exchanges_are_shown_and_deleted(module: str, folder: Path) -> None:
    def command(*arguments: str, code: int = 0) -> str:
        return run(folder, "-m", module, "store.db", *arguments, code=code)

    command("import", "old.json")
    assert "wombats\\x1b[31m" in command("show", "1")
    assert command("search", "wombats", "--since", "2024-03-01", "--match", "all") == "nothing found\n"
    assert "is not a date" in command("search", "wombats", "--since", "soon", code=2)
    assert len(json.loads(command("threads", "--json"))) == 2
    assert command("rename-thread", "1", "Animals") == "renamed\n"
    assert "Animals" in command("threads")
    assert "no thread 9" in command("rename-thread", "9", "x", code=1)
    assert list(json.loads(command("stats", "--by", "day", "--json"))) == ["2024-02-29", "2024-03-01"]
    assert command("delete", "1") == "1 deleted\n"
    assert "no exchange 1" in command("show", "1", code=1)
    assert "--yes" in run(folder, "-m", module, "store.db", "purge", code=1)
    assert command("purge", "--keep-last", "0", "--yes") == "1 purged\n"


def test_an_export_is_piped_into_an_import(module: str, folder: Path) -> None:
    run(folder, "-m", module, "store.db", "import", "old.json")
    exported = subprocess.run(
        [sys.executable, "-m", module, "store.db", "export", "-"], cwd=folder, capture_output=True, check=True
    )
    command = [sys.executable, "-m", module, "other.db", "import", "-", "--json"]
    imported = subprocess.run(command, cwd=folder, input=exported.stdout, capture_output=True, check=True)
    assert json.loads(imported.stdout)[0]["taken"] == 2


def test_datasette_and_sqlite_utils_detect_the_index(module: str, folder: Path) -> None:
    run(folder, "-m", module, "store.db", "import", "old.json")
    with closing(sqlite3.connect(folder / "store.db")) as db:
        query = "SELECT name FROM sqlite_master WHERE rootpage = 0 AND sql LIKE ?"  # as both programs do
        found = db.execute(query, ('%VIRTUAL TABLE%USING FTS%content="conversations"%',)).fetchall()
    assert found == [("conversations_fts",)]


def test_a_failed_import_leaves_no_new_file(module: str, folder: Path) -> None:
    (folder / "passwd").write_text("root:x:0:0:root:/root:/bin/bash\n")
    before = sorted(folder.iterdir())
    for arguments in (["passwd"], ["passwd", "--places", "places.db"], ["missing"], ["--browser", "lynx"], []):
        code = 2 if not arguments or "lynx" in arguments else 1
        run(folder, "-m", module, "store.db", "import", *arguments, code=code)
        assert sorted(folder.iterdir()) == before
    run(folder, "-m", module, "store.db", "import", "passwd", "old.json", code=1)
    assert (folder / "store.db").exists()


def test_a_browser_of_this_computer_is_imported(module: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = folder / "home"
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    firefox(home / ".mozilla/firefox/abc.default/places.sqlite")
    output = run(folder, "-m", module, "places.db", "import", "--browser", "firefox")
    places = str(home / ".mozilla/firefox/abc.default/places.sqlite")
    assert f"{places}: history: 3 taken, 0 skipped, 2 lost" in output
    assert f"{places}: bookmarks: 3 taken, 0 skipped, 0 lost" in output
    again = run(folder, "-m", module, "places.db", "import", "--browser", "firefox", "--profile", "default", "--json")
    assert [(file["kind"], file["taken"]) for file in json.loads(again)] == [("history", 0), ("bookmarks", 0)]
    run(folder, "-m", module, "other.db", "import", "--browser", "brave", code=1)
    assert not (folder / "other.db").exists()


def test_files_of_browsers_are_imported_into_places(module: str, folder: Path) -> None:
    firefox(folder / "places.sqlite")
    write_json(folder / "Bookmarks", chromium_bookmarks())
    output = run(
        folder, "-m", module, "store.db", "import", "old.json", "places.sqlite", "Bookmarks", "--places", "p.db"
    )
    assert "old.json: 2 taken" in output
    assert "places.sqlite: history: 3 taken" in output
    assert "Bookmarks: bookmarks: 2 taken, 1 skipped" in output
