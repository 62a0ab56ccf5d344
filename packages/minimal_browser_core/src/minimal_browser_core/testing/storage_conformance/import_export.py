"""Imports of other programs' files, and exports."""

import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from minimal_browser_core.testing.resources import resource

from .base import HOUR, NAUGHTY, T0, ConversationSuite, Open

FORMATS = sorted(
    file.name.removesuffix(".json") for file in resource("vectors/legacy").iterdir() if file.name.endswith(".json")
)


def vector(name: str) -> dict[str, Any]:
    """Return a vector of an import format."""
    case: dict[str, Any] = json.loads(resource("vectors/legacy", f"{name}.json").read_text(encoding="utf-8"))
    return case


def written(name: str, folder: Path) -> Path:
    """Write the file of a vector and return its path."""
    case = vector(name)
    file = folder / name
    if "sql" in case:
        with closing(sqlite3.connect(file)) as db:
            for statement in case["sql"]:
                db.execute(statement)
            db.commit()
    else:
        file.write_text(case.get("text") or json.dumps(case["content"]), encoding="utf-8")
    return file


def all_rows(store: Any) -> list[Any]:
    """Return all exchanges of a store for comparison."""
    titles = {thread.id: (thread.title, thread.created_at) for thread in store.threads(limit=1000)}
    return [
        (
            found.id,
            found.thread_id,
            found.parent_id,
            found.timestamp,
            found.prompt,
            found.response,
            found.model,
            found.url,
            found.tags,
            dict(found.metadata),
            titles[found.thread_id],
        )
        for found in store
    ]


def refuse(constant: str) -> None:
    """Reject NaN and infinity in JSON."""
    raise AssertionError(constant)


class ImportExport(ConversationSuite):
    """Imports of other programs' files, and exports that can be imported again."""

    @pytest.mark.parametrize("name", FORMATS)
    def test_an_import_reports_what_it_cannot_read(self, store: Any, tmp_path: Path, name: str) -> None:
        case, source = vector(name), written(name, tmp_path)
        before = source.read_bytes(), sorted(tmp_path.iterdir())
        report = store.import_file(source)
        assert (report.taken, report.skipped) == (len(case["rows"]), case["skipped"])
        assert report.attachments == case["attachments"]
        assert [lost.position for lost in report.reasons] == [position for position, _ in case["lost"]]
        assert report.lost == len(case["lost"])
        for lost, (_, reason) in zip(report.reasons, case["lost"], strict=True):
            assert reason in lost.reason
        titles = {thread.id: thread.title for thread in store.threads()}
        rows = list(store)
        ids = [found.id for found in rows]
        for found, expected in zip(rows, case["rows"], strict=True):
            assert (found.prompt, found.response, found.model) == (
                expected["prompt"],
                expected["response"],
                expected["model"],
            )
            assert (None if found.parent_id is None else ids.index(found.parent_id)) == expected["parent"]
            assert titles[found.thread_id] == expected["title"]
            if expected["timestamp"]:
                assert found.timestamp.isoformat(timespec="milliseconds") == expected["timestamp"]
            for name in {"url", "tags", "metadata"} & expected.keys():
                value = {"url": found.url, "tags": list(found.tags), "metadata": dict(found.metadata)}[name]
                assert value == expected[name]
        assert (source.read_bytes(), sorted(tmp_path.iterdir())) == before
        assert store.check() == []

    @pytest.mark.parametrize("name", FORMATS)
    def test_a_second_import_adds_nothing_even_if_exchanges_were_deleted(
        self, store: Any, tmp_path: Path, name: str
    ) -> None:
        case, source = vector(name), written(name, tmp_path)
        store.import_file(source)
        store.delete(next(iter(store)).id)
        report = store.import_file(source, format=case["format"])
        assert (report.taken, report.skipped) == (0, len(case["rows"]) + case["skipped"])
        assert len(store) == len(case["rows"]) - 1

    def test_a_second_export_of_a_program_adds_the_new_exchanges_to_their_threads(
        self, store: Any, tmp_path: Path
    ) -> None:
        messages = [{"uuid": "1", "sender": "human", "text": "a"}, {"uuid": "2", "sender": "assistant", "text": "b"}]
        source = tmp_path / "export.json"
        source.write_text(json.dumps([{"uuid": "c", "name": "grows", "chat_messages": messages}]))
        assert store.import_file(source).taken == 1
        messages += [{"uuid": "3", "sender": "human", "text": "c"}, {"uuid": "4", "sender": "assistant", "text": "d"}]
        source.write_text(json.dumps([{"uuid": "c", "name": "grows", "chat_messages": messages}]))
        report = store.import_file(source)
        assert (report.taken, report.skipped) == (1, 1)
        first, second = store
        assert (second.parent_id, second.thread_id) == (first.id, first.thread_id)

    def test_the_archive_and_the_folder_of_an_export_are_read(self, opened: Open, tmp_path: Path) -> None:
        case = vector("chatgpt")
        archive, folder = tmp_path / "export.zip", tmp_path / "export"
        folder.mkdir()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
            for n, conversation in enumerate(case["content"]):
                name = f"conversations-{n:03}.json"
                file.writestr(name, json.dumps([conversation]))
                (folder / name).write_text(json.dumps([conversation]), encoding="utf-8")
            file.writestr("chat.html", "<p>not this</p>")
        for source in (archive, folder):
            store = opened(":memory:")
            report = store.import_file(source)
            assert (report.taken, report.lost) == (len(case["rows"]), 1)
            assert report.reasons[0].position == 3

    def test_progress_counts_bytes_and_can_undo_all(self, store: Any, tmp_path: Path) -> None:
        source = tmp_path / "many.jsonl"
        record = {"response": "r" * 100, "model": "m"}
        source.write_text("".join(json.dumps({"prompt": str(n), **record}) + "\n" for n in range(1000)))
        told_of: list[tuple[int, int]] = []

        def stop(done: int, total: int) -> None:
            told_of.append((done, total))
            if len(told_of) == 3:
                raise TimeoutError("enough")

        with pytest.raises(TimeoutError, match="enough"):
            store.import_file(source, progress=stop)
        assert len(store) == 0
        assert told_of[-1][1] == source.stat().st_size
        store.import_file(source, progress=lambda done, total: told_of.append((done, total)))
        assert told_of[-1] == (source.stat().st_size, source.stat().st_size)
        assert len(store) == 1000

    def test_an_interrupted_import_has_taken_nothing(self, store: Any, errors: Any, tmp_path: Path) -> None:
        source = tmp_path / "many.jsonl"
        line = '{"prompt": "%d", "response": "r"}\n'
        source.write_text("".join(line % n for n in range(1000)))
        with pytest.raises(errors.Interrupted):
            store.import_file(source, progress=lambda done, total: store.interrupt())
        assert len(store) == 0

    def test_a_file_that_cannot_be_imported_raises(self, store: Any, errors: Any, path: Path, tmp_path: Path) -> None:
        with pytest.raises(errors.StorageError, match="does not exist"):
            store.import_file(tmp_path / "nowhere.json")
        with pytest.raises(errors.InvalidData, match="format must be one of"):
            store.import_file(tmp_path, format="excel")
        with pytest.raises(errors.StorageError, match="open database"):
            store.import_file(path)
        claude = written("claude", tmp_path)
        assert [lost.reason for lost in store.import_file(claude, format="chatgpt").reasons] == [
            "it is in the format claude, not chatgpt"
        ] * 2

    def fill_fully(self, store: Any) -> None:
        titled = store.start_thread("a title\0")
        for n, text in enumerate(NAUGHTY[:-1]):
            first = store.add_conversation(text, f"answer {text}", "m", thread_id=titled, timestamp=T0 + n * HOUR)
            store.add_conversation(
                "branch",
                "r",
                "n",
                parent_id=first,
                tags=["a", "🦀"],
                metadata={"n": [1, "ü", None]},
                url="https://a.org/?q",
            )
        store.add_conversation("alone", "<script>alert(1)</script>", "m", timestamp=T0.replace(year=4))
        store.delete(3)

    @pytest.mark.parametrize("format", ["jsonl", "json"])
    def test_an_export_comes_back_as_it_was(self, opened: Open, tmp_path: Path, format: str) -> None:
        store = opened()
        self.fill_fully(store)
        file = tmp_path / "export"
        assert store.export_file(file, format=format) == len(store)
        assert file.stat().st_mode & 0o077 == 0
        copy = opened(tmp_path / "copy.db")
        report = copy.import_file(file)
        assert (report.taken, report.lost) == (len(store), 0)
        assert all_rows(copy) == all_rows(store)
        again = tmp_path / "again"
        copy.export_file(again, format=format)
        assert again.read_bytes() == file.read_bytes()
        report = store.import_file(file)
        assert (report.taken, report.skipped) == (0, len(store))

    def test_an_import_into_a_used_store_assigns_new_ids_and_preserves_trees(
        self, opened: Open, tmp_path: Path
    ) -> None:
        store = opened()
        self.fill_fully(store)
        file = tmp_path / "export.jsonl"
        store.export_file(file, format="jsonl")
        other = opened(tmp_path / "other.db")
        other.add_conversation("was here", "before", "m")
        assert other.import_file(file).taken == len(store)

        def shape(rows: list[Any]) -> list[Any]:
            place = {row[0]: n for n, row in enumerate(rows)}
            return [(place.get(row[2]), *row[3:]) for row in rows]

        assert shape(all_rows(other)[1:]) == shape(all_rows(store))
        assert len({row[1] for row in all_rows(other)}) == 3
        assert other.check() == []

    def test_an_export_contains_the_matches_in_the_order_of_storage(self, opened: Open, tmp_path: Path) -> None:
        store = opened()
        self.fill_fully(store)
        file = tmp_path / "export.json"
        found = store.export_file(file, format="json", query="branch tag:a")
        records = json.loads(file.read_text(encoding="utf-8"), parse_constant=refuse)["conversations"]
        assert found == len(records) == len(NAUGHTY) - 1
        assert [record["id"] for record in records] == sorted(record["id"] for record in records)
        assert opened(tmp_path / "copy.db").import_file(file).taken == found

    def test_exports_for_people_hold_everything_and_run_nothing(self, store: Any, tmp_path: Path) -> None:
        self.fill_fully(store)
        store.add_conversation("</p><script>", 'a "quoted" answer', "<m>", url="javascript:alert('1')")
        page, text = tmp_path / "page.html", tmp_path / "text.md"
        assert store.export_file(page, format="html") == store.export_file(text, format="markdown") == len(store)
        shown = page.read_text(encoding="utf-8")
        assert "<script" not in shown
        assert "<a" not in shown.replace("<article", "")
        assert shown.count("<article") == len(store)
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
        assert "default-src 'none'" in shown
        plain = text.read_text(encoding="utf-8")
        assert plain.count("\n## ") == len(store)
        assert "\n> branch\n" in plain

    def test_an_export_never_writes_over_a_file(self, store: Any, errors: Any, path: Path, tmp_path: Path) -> None:
        self.fill(store)
        there = tmp_path / "there.json"
        there.write_text("mine")
        dangling = tmp_path / "dangling"
        dangling.symlink_to(tmp_path / "nowhere")
        for target in (there, dangling, path):
            with pytest.raises(errors.StorageError, match="exists already"):
                store.export_file(target, format="json")
        assert there.read_text() == "mine"
        with pytest.raises(errors.StorageError, match="cannot be written"):
            store.export_file(tmp_path / "no folder" / "x", format="json")
        with pytest.raises(errors.InvalidData, match="format must be one of"):
            store.export_file(tmp_path / "x", format="pdf")
        assert not [file for file in tmp_path.iterdir() if "partial" in file.name or file.name == "nowhere"]

    def test_the_activity_of_copilot_is_imported(self, store: Any, tmp_path: Path) -> None:
        rows = """\ufeffConversation,Time,Author,Message
A later chat,2025-03-09T13:00:00,AI,"Yes,
of course"
A later chat,2025-03-09T13:00:00,Human,"Is it ""so""?"
Capitals,2025-03-09T12:01:00,AI,Bogotá.
Capitals,2025-03-09T12:01:00,Human,And of Colombia?
Capitals,2025-03-09T12:00:00,AI,Lima.
Capitals,2025-03-09T12:00:00,Human,What is the capital of Peru?
"""
        source = tmp_path / "copilot-activity-history.csv"
        source.write_text(rows, encoding="utf-8")
        report = store.import_file(source)
        assert (report.taken, report.lost) == (3, 0)
        found = {row.prompt: row for row in store}
        assert found["What is the capital of Peru?"].response == "Lima."
        assert found["And of Colombia?"].parent_id == found["What is the capital of Peru?"].id
        assert found['Is it "so"?'].response == "Yes,\nof course"
        assert found["And of Colombia?"].metadata["source"] == "copilot"
        assert {thread.title for thread in store.threads()} == {"Capitals", "A later chat"}
        newer = "Capitals,2025-03-09T14:00:00,AI,Quito.\nCapitals,2025-03-09T14:00:00,Human,And Ecuador?\n"
        header, _, rest = rows.partition("\n")
        capitals = rest[rest.index("Capitals") :]
        source.write_text(f"{header}\n{newer}{capitals}", encoding="utf-8")
        again = store.import_file(source)
        assert (again.taken, again.skipped, len(store.threads())) == (1, 2, 2)
