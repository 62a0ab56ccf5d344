"""The command line over the store, as a process: of the fallback, and of the wheel where it is installed."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

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


def test_what_is_imported_is_found_listed_exported_and_sound(module: str, folder: Path) -> None:
    def command(*arguments: str) -> str:
        return run(folder, "-m", module, "store.db", *arguments)

    told = command("import", "old.json")
    assert told.splitlines()[0] == "old.json: 2 taken, 0 skipped, 1 lost"
    assert "record 3: its timestamp is no time" in told
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
    ("arguments", "sentence"),
    [
        (["none.db", "recent"], "none.db does not exist"),
        (["new.db", "import", "nothing.json"], "nothing.json does not exist"),
        (["old.json", "stats"], "not a database of conversations"),
        (["old.json", "recent", "--limit", "0"], "not a database of conversations"),
    ],
)
def test_a_mistake_ends_in_a_sentence(module: str, folder: Path, arguments: list[str], sentence: str) -> None:
    assert sentence in run(folder, "-m", module, *arguments, code=1)
    assert not (folder / "none.db").exists()


def test_a_wrong_command_line_ends_in_its_usage(module: str, folder: Path) -> None:
    assert "usage:" in run(folder, "-m", module, "store.db", "dance", code=2)


def test_the_migration_script_takes_the_old_file_once(folder: Path) -> None:
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
