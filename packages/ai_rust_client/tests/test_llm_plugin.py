"""The plugin in the real `llm`: its Python API and its command."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from minimal_browser_core.testing.fake_server import Answer, Error, FakeServer, Usage

llm = pytest.importorskip("llm", reason="the plugin is of llm, which is not installed")
plugin = pytest.importorskip("ai_rust_client.llm_plugin")

PIXEL = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000049454e44ae426082")


@pytest.fixture
def options(server: FakeServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    monkeypatch.setenv("LLM_USER_PATH", str(tmp_path))
    monkeypatch.setenv("OPENROUTER_API_KEY", "sk-or-1")
    return {"model": "some/model", "base_url": server.base_url}


@pytest.mark.parametrize("stream", [True, False])
def test_a_conversation_is_sent_with_its_system_prompt(
    server: FakeServer, options: dict[str, Any], stream: bool
) -> None:
    server.script += [Answer(("It ", "is."), usage=Usage(5, 2)), Answer("Grey.")]
    conversation = plugin.Model().conversation()
    first = conversation.prompt("Is it blue?", system="Be short.", stream=stream, temperature=0.5, **options)
    assert list(first) == (["It ", "is."] if stream else ["It is."])
    assert conversation.prompt("And the sea?", system="Be short.", stream=stream, **options).text() == "Grey."
    assert (first.usage().input, first.usage().output) == (5, 2)
    sent = server.requests[1].json
    assert sent["model"] == "some/model"
    assert sent["messages"] == [
        {"role": "system", "content": "Be short."},
        {"role": "user", "content": "Is it blue?"},
        {"role": "assistant", "content": "It is."},
        {"role": "user", "content": "And the sea?"},
    ]
    assert server.requests[0].json["temperature"] == 0.5
    assert server.requests[0].headers["authorization"] == "Bearer sk-or-1"


def test_an_image_and_a_schema_are_sent(server: FakeServer, options: dict[str, Any]) -> None:
    server.script.append(Answer('{"colour": "red"}'))
    schema = {"type": "object", "properties": {"colour": {"type": "string"}}}
    attachments = [llm.Attachment(type="image/png", content=PIXEL)]
    response = plugin.Model().prompt("Which?", attachments=attachments, schema=schema, **options)
    assert json.loads(response.text()) == {"colour": "red"}
    text, image = server.requests[0].json["messages"][0]["content"]
    assert text == {"type": "text", "text": "Which?"}
    assert image["image_url"]["url"].startswith("data:image/png;base64,iVBOR")
    assert server.requests[0].json["response_format"]["json_schema"]["schema"] == schema


@pytest.mark.parametrize("stream", [True, False])
async def test_the_async_model_answers(server: FakeServer, options: dict[str, Any], stream: bool) -> None:
    server.script.append(Answer(("It ", "is.")))
    assert await plugin.AsyncModel().prompt("Is it?", stream=stream, **options).text() == "It is."


def run_llm(options: dict[str, Any]) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "llm", "prompt", "-m", "ai-rust", "Is it?"]
    for name, value in options.items():
        command += ["-o", name, value]
    return subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)


def test_the_command_finds_the_model_and_logs_the_answer(server: FakeServer, options: dict[str, Any]) -> None:
    server.script.append(Answer(("It ", "is.")))
    run = run_llm(options)
    assert (run.returncode, run.stdout) == (0, "It is.\n"), run.stderr
    assert (Path(os.environ["LLM_USER_PATH"]) / "logs.db").exists()


def test_the_command_prints_a_failure_in_one_line(server: FakeServer, options: dict[str, Any]) -> None:
    server.script.append(Error(401, "no such key"))
    run = run_llm(options)
    assert run.returncode == 1
    assert "no such key" in run.stderr
    assert "Traceback" not in run.stderr


def test_only_llm_imports_llm() -> None:
    code = "import sys, ai_rust_client, ai_rust_client.compat; print({'llm', 'pydantic'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert run.stdout == "set()\n"
