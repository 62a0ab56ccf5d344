"""The examples of the README run as they stand: in a fresh process, in an empty folder."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

from minimal_browser_core.testing.resources import resource

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
GUIDE = Path(__file__).parents[3] / "docs/storage/whole_conversation.md"
EXAMPLES = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def run(example: str, folder: Path) -> list[str]:
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-X", "utf8", "-c", example],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()


def test_the_example_finds_what_it_is_meant_to_show(tmp_path: Path) -> None:
    lines = run(EXAMPLES[0], tmp_path)
    assert [line.partition(" '")[0] for line in lines] == [
        "c++: #1",
        "destruct*: #1",
        "garbage tag:languages: #2",
        "天気: #3",
    ]
    assert lines[0].endswith("['C++']")
    assert (tmp_path / "conversations.db").exists()


@pytest.mark.skipif(not GUIDE.exists(), reason="the guide is in the repository, and this test is not")
def test_the_guide_stores_a_whole_conversation(tmp_path: Path) -> None:
    examples = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert run("".join(examples), tmp_path) == [
        'An echidna. …quills and a snout. lookup {"family": "monotremes"} '
        "Four species live in Australia and New Guinea.",
        "animal.txt text/plain 15",
        "writing Ants ",
        "writing Ants and ",
        "writing Ants and termites.",
        "complete",
        "some-model 2 40 0.0002",
    ]


def test_the_bot_remembers(tmp_path: Path) -> None:
    (bot,) = [example for example in EXAMPLES if "def ask(" in example]
    assert run(bot, tmp_path) == ["I was told: A: Lima"]


def test_the_bot_remembers_what_natural_questions_ask(tmp_path: Path) -> None:
    (bot,) = [example for example in EXAMPLES if "def ask(" in example]
    vectors = resource("vectors", "questions.json")
    ask_all = f"""
import json
from pathlib import Path

vectors = json.loads(Path({str(vectors)!r}).read_text(encoding="utf-8"))
with ConversationStore("questions.db") as store:
    for prompt, response in vectors["exchanges"]:
        store.add_conversation(prompt, response, "m")
    for question, answer in vectors["questions"]:
        (first, *_) = recall(store, question)
        assert first.endswith("A: " + vectors["exchanges"][answer][1]), (question, first)
    print(len(vectors["questions"]), recall(store, "What happened before:noon?"))
"""
    assert run(bot + ask_all, tmp_path)[-1] == "32 []"


def test_one_store_serves_a_loop(tmp_path: Path) -> None:
    (loop,) = [example for example in EXAMPLES if "asyncio.run(" in example]
    assert run(loop, tmp_path) == ["20 5", "20"]


CLIENT = """
from fastapi.testclient import TestClient

with TestClient(app) as client:
    for n in range(25):
        exchange = {"prompt": f"question {n}", "response": "answer"}
        assert client.post("/exchanges", params=exchange).json() == {"id": n + 1}
    first = client.get("/search", params={"q": "question"}).json()
    rest = client.get("/search", params={"q": "question", "cursor": first["next"]}).json()
    print(len(first["hits"]), len(rest["hits"]), rest["next"])
"""


def recipe(text: str, library: str) -> str:
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is in the dependency group recipes")
    (found,) = [example for example in EXAMPLES if text in example]
    return found


def test_an_api_serves_it(tmp_path: Path) -> None:
    assert run(recipe("FastAPI(", "fastapi") + CLIENT, tmp_path) == ["20 5 None"]


def test_a_data_frame_is_made_of_it(tmp_path: Path) -> None:
    assert run(recipe("pandas.DataFrame", "pandas"), tmp_path) == ["{'a': 20.0, 'b': 25.0}"]
