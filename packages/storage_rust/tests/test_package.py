"""The package as a user sees it: its metadata, its import, a fork and an exit."""

import subprocess
import sys
import tomllib
from importlib.metadata import entry_points, version
from pathlib import Path

import pytest

import storage_rust


def run(script: str, *arguments: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, *arguments], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_it_says_what_it_is() -> None:
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert storage_rust.__version__ == project["version"] == version("storage_rust")
    assert storage_rust.API_VERSION == 1
    assert storage_rust.SCHEMA_VERSION == 3
    assert {"conversations", "bookmarks", "history", "salvage"} <= storage_rust.CAPABILITIES
    (entry,) = entry_points(group="minimal_browser.backends", name="storage.rust")
    assert entry.load() is storage_rust


def test_the_sqlite_inside_has_no_known_loss_of_writes() -> None:
    with storage_rust.ConversationStore(":memory:") as store:
        version_inside = tuple(map(int, str(store.stats()["sqlite_version"]).split(".")))
    assert version_inside >= (3, 51, 3)


@pytest.mark.skipif(sys.platform != "linux", reason="another system, another call")
def test_the_sqlite_inside_waits_for_data_alone() -> None:
    """See .cargo/config.toml, which cargo does not read in another folder."""
    assert b"fdatasync" in Path(storage_rust._native.__file__).read_bytes()


def test_importing_it_imports_nothing_heavy() -> None:
    script = "import sys; before = set(sys.modules); import storage_rust; print(*sorted(set(sys.modules) - before))"
    imported = run(script).split()
    assert {name.partition(".")[0] for name in imported} <= {"storage_rust", "_sqlite_file_owners"}


def test_a_store_that_is_open_at_exit_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    run(
        "import sys, storage_rust; s = storage_rust.ConversationStore(sys.argv[1]); s.add_conversation('p', 'r', 'm')",
        str(path),
    )
    with storage_rust.ConversationStore(path) as store:
        assert len(store) == 1


def test_what_a_killed_process_had_been_told_is_stored_is_there(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    script = """
import os, signal, sys, storage_rust
store = storage_rust.ConversationStore(sys.argv[1])
for n in range(50):
    store.add_conversation(f"question {n}", "r", "m")
os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    with storage_rust.ConversationStore(path) as store:
        assert len(store) == 50
        assert store.check() == []


def test_values_are_frozen_and_compare_by_content() -> None:
    with storage_rust.ConversationStore(":memory:") as store:
        id = store.add_conversation("p", "r", "m", tags=["t"])
        first, second = store.get(id), store.get(id)
    assert first is not second
    assert first == second
    assert repr(first) == '<Conversation 1 in thread 1, m: "p">'
    with pytest.raises(AttributeError):
        first.prompt = "changed"  # type: ignore[union-attr, misc]
