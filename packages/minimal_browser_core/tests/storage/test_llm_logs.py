"""Importing files that the `llm` package itself has written."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from minimal_browser_core.storage.python.stores.conversations import PythonConversationStore

llm = pytest.importorskip("llm", reason="the dev group has it")
sqlite_utils = pytest.importorskip("sqlite_utils")
if not hasattr(pytest.importorskip("llm.migrations"), "m023_message_store"):
    pytest.skip("an llm before 0.36", allow_module_level=True)


class FakeModel(llm.Model):  # type: ignore[misc,name-defined]
    """Answers with what it was given; a tuple calls a tool."""

    model_id = "fake"
    supports_tools = True
    attachment_types = frozenset({"image/png"})

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)

    def execute(self, prompt: Any, stream: bool, response: Any, conversation: Any) -> Iterator[str]:
        answer = self.answers.pop(0)
        if isinstance(answer, tuple):
            response.add_tool_call(llm.ToolCall(name=answer[0], arguments=answer[1], tool_call_id="c1"))
            answer = "Let me look."
        yield answer


def weather(city: str) -> str:
    """The weather of a city."""
    return f"sun in {city}"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Any]:
    from llm.migrations import migrate

    database = sqlite_utils.Database(tmp_path / "logs.db")
    migrate(database)
    yield database
    database.close()


def log(database: Any, response: Any) -> None:
    response.text()
    response.log_to_db(database)


def imported(tmp_path: Path) -> list[Any]:
    with PythonConversationStore(":memory:") as store:
        report = store.import_file(tmp_path / "logs.db")
        assert report.lost == 0
        assert report.taken == len(store)
        assert store.import_file(tmp_path / "logs.db").taken == 0
        return list(store)


def test_a_conversation_keeps_its_order_and_its_system_prompt(database: Any, tmp_path: Path) -> None:
    conversation = FakeModel("A bird.", "Yes.").conversation()
    log(database, conversation.prompt("What is a duck?", system="Be brief."))
    log(database, conversation.prompt("Does it quack?"))
    first, second = imported(tmp_path)
    assert (first.prompt, first.response, first.model) == ("What is a duck?", "A bird.", "fake")
    assert first.metadata["system"] == "Be brief."
    assert (second.prompt, second.response, second.parent_id) == ("Does it quack?", "Yes.", first.id)
    assert second.thread_id == first.thread_id


def test_equal_questions_in_two_conversations_are_two_exchanges(database: Any, tmp_path: Path) -> None:
    model = FakeModel("Hi.", "Hi.")
    log(database, model.conversation().prompt("Hello"))
    log(database, model.conversation().prompt("Hello"))
    first, second = imported(tmp_path)
    assert first.thread_id != second.thread_id
    assert second.parent_id is None


def test_the_calls_of_a_tool_belong_to_one_exchange(database: Any, tmp_path: Path) -> None:
    model = FakeModel(("weather", {"city": "Lima"}), "Sunny.")
    chain = model.conversation().chain("Weather in Lima?", tools=[weather])
    chain.text()
    chain.log_to_db(database)
    (found,) = imported(tmp_path)
    assert (found.prompt, found.response) == ("Weather in Lima?", "Let me look.\n\nSunny.")
    assert found.metadata["tools"] == ["weather"]


def test_fragments_are_part_of_the_prompt(database: Any, tmp_path: Path) -> None:
    from llm.utils import Fragment

    picture = llm.Attachment(content=b"\x89PNG\r\n\x1a\n", type="image/png")
    fragments = [Fragment("A long file.", "file.txt"), Fragment("Another one.", "https://a.org/b.txt")]
    log(database, FakeModel("Done.").prompt("Sum up", fragments=fragments, attachments=[picture]))
    (found,) = imported(tmp_path)
    assert found.prompt == "A long file.\nAnother one.\nSum up"
    assert found.metadata["fragments"] == ["file.txt", "https://a.org/b.txt"]


def test_a_fork_continues_the_thread_that_it_left(database: Any, tmp_path: Path) -> None:
    from llm.logs import LogStore

    model = FakeModel("One.", "Two.", "Three.")
    conversation = model.conversation()
    log(database, conversation.prompt("First"))
    log(database, conversation.prompt("Second"))
    store = LogStore(database)
    (turn,) = database.query("SELECT * FROM turns ORDER BY rowid LIMIT 1")
    fork = store.fork(turn["tip_message_hash"])
    other = llm.Conversation(model=model, id=fork)
    other.responses = conversation.responses[:1]
    log(database, other.prompt("Another second"))
    first, second, forked = imported(tmp_path)
    assert (second.parent_id, forked.parent_id) == (first.id, first.id)
    assert forked.thread_id == first.thread_id
    assert (forked.prompt, forked.response) == ("Another second", "Three.")
