"""Answers that are stored while they are streamed."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from .base import ConversationSuite, Open

_WRITER = """
import os, sys, importlib
module, name, path, writer = sys.argv[1:]
store = getattr(importlib.import_module(module), name)(path, busy_timeout=60)
log = os.open(f"{path}.{writer}", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
while True:
    id = store.begin(writer, "m")
    os.write(log, b"%d started\\n" % id)
    for n in range(20):
        store.append(id, f"<{n}>")
        os.write(log, b"%d %d\\n" % (id, n))
    store.finish(id)
    os.write(log, b"%d finished\\n" % id)
"""
_READER = """
import sys, importlib
module, name, path, id = sys.argv[1:]
with getattr(importlib.import_module(module), name)(path, read_only=True) as store:
    found = store.get(int(id))
    print(found.state, found.response)
"""


def side_files(path: Path) -> list[str]:
    """Return the names of the files of answers."""
    return sorted(file.name for file in path.parent.glob(f"{path.name}-answer-*"))


def run(program: str, store: Any, *arguments: object) -> str:
    """Run a program with the class of the store, and return what it prints."""
    command = [sys.executable, "-c", program, type(store).__module__, type(store).__name__, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout  # noqa: S603  a constant program


class StreamedAnswers(ConversationSuite):
    """A streamed answer is stored as it grows."""

    def test_all_readers_see_the_text_so_far(self, store: Any, opened: Open, path: Path) -> None:
        id = store.begin("question", "m", tags=["t"])
        second, reader = opened(), opened(read_only=True)
        text = ""
        for piece in ("Räder ", "und 東", "京 \0", ""):
            store.append(id, piece)
            text += piece
            for each in (store, second, reader):
                assert (each.get(id).state, each.get(id).response) == ("writing", text)
                assert [found.response for found in each] == [text]
                assert each.recent().conversations[0].response == text
                assert [hit.response for hit in each.search("question").hits] == [text]
        other = store.begin("other", "m")
        store.append(other, "part")
        assert run(_READER, store, path, other) == "writing part\n"
        assert store.finish(id)
        for each in (store, second, reader):
            assert (each.get(id).state, each.get(id).response) == ("complete", text)
            assert [hit.id for hit in each.search("räder", match="all").hits] == [id]
        assert store.finish(other, response="whole")
        assert store.get(other).response == "whole"
        assert side_files(path) == []
        assert store.check() == []

    def test_finish_stores_what_came_with_the_answer(self, store: Any) -> None:
        id = store.begin("question", "m")
        store.append(id, "answer")
        messages = [{"role": "tool", "content": "needle"}]
        assert store.finish(id, model="m2", messages=messages, prompt_tokens=1, cost=0.5, tags=["t"], metadata={"k": 1})
        found = store.get(id)
        assert (found.response, found.model, found.tags, dict(found.metadata)) == ("answer", "m2", ("t",), {"k": 1})
        assert (found.prompt_tokens, found.cost, store.messages(id)) == (1, 0.5, messages)
        assert [hit.id for hit in store.search("needle", match="all").hits] == [id]

    def test_an_answer_that_is_written_is_not_replaced_by_an_update(
        self, store: Any, opened: Open, errors: Any
    ) -> None:
        id = store.begin("p", "m")
        store.append(id, "text")
        for each in (store, opened()):
            with pytest.raises(errors.InvalidData, match="is being written"):
                each.update(id, response="another")
            assert each.update(id, tags=["t"])
        store.finish(id)
        assert store.update(id, response="another")
        assert (store.get(id).response, store.get(id).tags) == ("another", ("t",))

    def test_only_the_store_that_began_an_answer_writes_it(self, store: Any, opened: Open, errors: Any) -> None:
        plain, id, second = store.add_conversation("p", "r", "m"), store.begin("p", "m"), opened()
        for wrong, number in ((store, plain), (store, id + 1), (second, id)):
            with pytest.raises(errors.InvalidData, match="not writing"):
                wrong.append(number, "x")
            with pytest.raises(errors.InvalidData, match="not writing"):
                wrong.finish(number)
        store.finish(id)
        with pytest.raises(errors.InvalidData, match="not writing"):
            store.append(id, "x")
        assert [found.response for found in store] == ["r", ""]

    def test_an_invalid_value_leaves_the_answer_open(self, store: Any, errors: Any) -> None:
        id = store.begin("p", "m")
        store.append(id, "text")
        for values in ({"messages": [3]}, {"cost": -1}, {"response": 3}):
            with pytest.raises(errors.InvalidData):
                store.finish(id, **values)
        with pytest.raises(errors.InvalidData):
            store.append(id, "\ud800")
        store.append(id, " more")
        assert store.finish(id)
        assert store.get(id).response == "text more"

    def test_an_exchange_may_be_deleted_while_its_answer_is_written(self, store: Any, path: Path) -> None:
        id = store.begin("p", "m")
        store.append(id, "x")
        assert store.delete(id) == 1
        store.append(id, "y")
        assert store.finish(id) is False
        assert store.get(id) is None
        assert side_files(path) == []

    def test_closing_the_store_interrupts_its_answers(self, store: Any, opened: Open, path: Path) -> None:
        id = store.begin("question", "m")
        store.append(id, "half an échidn")
        store.close()
        with opened(read_only=True) as reader:
            assert (reader.get(id).state, reader.get(id).response) == ("interrupted", "half an échidn")
        with opened() as again:
            assert (again.get(id).state, again.get(id).response) == ("interrupted", "half an échidn")
            assert [hit.id for hit in again.search("échidn", match="all").hits] == [id]
        assert side_files(path) == []

    def test_a_store_that_is_opened_meanwhile_leaves_them_alone(self, store: Any, opened: Open) -> None:
        id = store.begin("p", "m")
        opened().close()
        store.append(id, "text")
        assert store.get(id).state == "writing"
        assert store.finish(id)
        assert (store.get(id).state, store.get(id).response) == ("complete", "text")

    def test_in_memory(self, opened: Open) -> None:
        store = opened(":memory:")
        id = store.begin("p", "m")
        store.append(id, "a\0")
        store.append(id, "b")
        assert (store.get(id).state, store.get(id).response) == ("writing", "a\0b")
        assert store.finish(id)
        assert (store.get(id).state, store.get(id).response) == ("complete", "a\0b")
        assert [hit.id for hit in store.search("b", match="all").hits] == [id]

    def test_a_character_that_was_cut_off_is_left_out(self, store: Any, opened: Open, path: Path) -> None:
        id = store.begin("p", "m")
        store.append(id, "text ")
        store.close()
        with path.with_name(f"{path.name}-answer-{id}").open("ab") as file:
            file.write("東".encode()[:2])
        with opened() as again:
            assert again.get(id).response == "text "

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no such files")
    @pytest.mark.parametrize("kind", ["link", "pipe", "folder", "missing"])
    def test_a_planted_file_is_not_followed(self, store: Any, opened: Open, path: Path, kind: str) -> None:
        id = store.begin("p", "m")
        store.append(id, "text")
        store.close()
        file, secret = path.with_name(f"{path.name}-answer-{id}"), path.with_name("secret")
        secret.write_text("do not read")
        file.unlink()
        if kind == "link":
            file.symlink_to(secret)
        elif kind == "pipe":
            os.mkfifo(file)
        elif kind == "folder":
            file.mkdir()
        with opened(read_only=True) as reader:
            assert (reader.get(id).state, reader.get(id).response) == ("interrupted", "")
        with opened() as again:
            assert (again.get(id).state, again.get(id).response) == ("interrupted", "")
            following = path.with_name(f"{path.name}-answer-{id + 1}")
            following.symlink_to(secret)
            assert again.begin("p", "m") == id + 1
            again.append(id + 1, "other")
            assert again.finish(id + 1)
            assert again.get(id + 1).response == "other"
        assert secret.read_text() == "do not read"

    def test_an_answer_writes_little(self, store: Any, path: Path) -> None:
        store.add_conversation("p", "r", "m")

        def size() -> int:
            return sum(file.stat().st_size for file in path.parent.iterdir() if file.name.startswith(path.name))

        before, piece = size(), "word " * 6
        id = store.begin("question", "m")
        for _ in range(300):
            store.append(id, piece[:28])
        assert size() - before <= 100_000
        store.finish(id)
        assert size() - before <= 100_000
        assert len(store.get(id).response) == 300 * 28

    def test_a_backup_has_the_exchange_that_is_being_written(self, store: Any, opened: Open, tmp_path: Path) -> None:
        id = store.begin("question", "m")
        store.append(id, "text")
        store.backup(tmp_path / "backup.db")
        store.append(id, " more")
        with opened(tmp_path / "backup.db") as copy:
            assert (copy.get(id).prompt, copy.get(id).state) == ("question", "interrupted")
        assert store.finish(id)
        assert store.get(id).response == "text more"

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="this system kills otherwise")
    def test_a_killed_writer_loses_nothing_that_was_appended(self, opened: Open, open_store: Any, path: Path) -> None:
        chance = random.Random(1)  # noqa: S311  moments, not secrets
        opened().close()
        for round in range(25):
            writers = [f"w{round}{side}" for side in "ab"]
            logs = [path.with_name(f"{path.name}.{writer}") for writer in writers]
            names = [open_store.__module__, open_store.__name__, str(path)]
            processes = [subprocess.Popen([sys.executable, "-c", _WRITER, *names, w]) for w in writers]  # noqa: S603
            for log, process in zip(logs, processes, strict=True):
                while not (log.exists() and log.stat().st_size) and process.poll() is None:
                    time.sleep(0.002)
            time.sleep(chance.uniform(0, 0.03))
            for process in processes:
                process.kill()
                assert process.wait() < 0
            with opened(read_only=True) as reader:
                before = {found.id: found.response for found in reader}
            with opened() as store:
                assert {found.id: found.response for found in store} == before
                for log in logs:
                    self.compare(store, log)
        assert side_files(path) == []
        assert opened().check() == []

    def compare(self, store: Any, log: Path) -> None:
        """Compare the exchanges with the log of what their writer has done."""
        lines = [line.split() for line in log.read_text().splitlines()]
        finished = {int(id) for id, what in lines if what == "finished"}
        for id in {int(id) for id, _ in lines}:
            found = store.get(id)
            appended = [what for other, what in lines if int(other) == id and what.isdigit()]
            assert found.response.startswith("".join(f"<{n}>" for n in appended))
            assert "".join(f"<{n}>" for n in range(20)).startswith(found.response)
            assert found.state == "complete" if id in finished else found.state in ("complete", "interrupted")
