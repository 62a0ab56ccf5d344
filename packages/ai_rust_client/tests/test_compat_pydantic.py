"""Models of `ai_rust_client.compat` have the methods of pydantic's, and are fields of pydantic models."""

import json
from collections.abc import Callable
from subprocess import CompletedProcess
from typing import Any

import pytest

from ai_rust_client.compat import types

pydantic = pytest.importorskip("pydantic", reason="pydantic is in the dependency group `dev`")
openai = pytest.importorskip("openai", reason="comparing needs the OpenAI library: uv sync --group bench")

MESSAGE = {"role": "assistant", "content": "a", "tool_calls": [
    {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]}  # fmt: skip
DOCUMENT: dict[str, Any] = {
    "id": "c", "object": "chat.completion", "created": 1, "model": "m", "provider": "P",
    "choices": [{"index": 0, "finish_reason": "stop", "message": MESSAGE}],
}  # fmt: skip


@pytest.fixture(params=["openai", "compat"])
def kind(request: pytest.FixtureRequest) -> Any:
    return openai.types.chat.ChatCompletion if request.param == "openai" else types.ChatCompletion


def test_a_model_is_made_of_a_dict_or_json(kind: Any) -> None:
    document = json.loads(json.dumps(DOCUMENT))
    completion = kind.model_validate(document)
    assert completion == kind.model_validate_json(json.dumps(DOCUMENT)) == kind.model_validate(completion)
    assert completion.choices[0].message.tool_calls[0].function.name == "f"
    assert completion.model_dump(exclude_unset=True) == DOCUMENT == document
    assert kind.model_construct(**{**DOCUMENT, "choices": []}).choices == []


@pytest.mark.parametrize("value", [5, None, "a", [], object()])
def test_what_is_not_an_object_is_a_value_error(kind: Any, value: Any) -> None:
    with pytest.raises(ValueError, match="ChatCompletion"):
        kind.model_validate(value)


@pytest.mark.parametrize("text", ["", "5", "[]", "{", '"a"'])
def test_json_that_is_not_an_object_is_a_value_error(kind: Any, text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  the OpenAI library has pydantic's error, compat that of json
        kind.model_validate_json(text)


def test_the_declared_fields_are_those_of_the_openai_library() -> None:
    ours, theirs = types.ChatCompletion.model_fields, openai.types.chat.ChatCompletion.model_fields
    assert {name: field.is_required() for name, field in ours.items()} == {
        name: field.is_required() for name, field in theirs.items()
    }
    assert ours["id"].annotation is theirs["id"].annotation is str


def test_a_model_is_a_type_for_pydantic(kind: Any) -> None:
    """As FastAPI uses it for the parameter `response_model`."""
    adapter = pydantic.TypeAdapter(kind)
    completion = adapter.validate_python(DOCUMENT)
    assert type(completion) is kind
    assert adapter.validate_json(json.dumps(DOCUMENT)) == completion
    assert adapter.validate_python(completion) is completion
    assert adapter.dump_python(completion, exclude_unset=True) == DOCUMENT
    assert json.loads(adapter.dump_json(completion, exclude_unset=True)) == DOCUMENT
    assert "service_tier" in adapter.dump_python(completion)
    for mode in ("validation", "serialization"):
        schema = adapter.json_schema(mode=mode)
        assert (schema["type"], schema["title"]) == ("object", "ChatCompletion")
        assert schema["properties"].keys() == kind.model_fields.keys()
    with pytest.raises(pydantic.ValidationError):
        adapter.validate_python(5)


def test_a_model_is_a_field_of_a_pydantic_model(kind: Any) -> None:
    log = pydantic.create_model("Log", completion=(kind, ...), more=(list[kind] | None, None))
    entry = log(completion=DOCUMENT, more=[DOCUMENT])
    assert entry.completion == entry.more[0] == kind.model_validate(DOCUMENT)
    assert log.model_validate_json(entry.model_dump_json()) == entry
    assert entry.model_dump(exclude_unset=True) == {"completion": DOCUMENT, "more": [DOCUMENT]}
    assert log.model_json_schema()["properties"].keys() == {"completion", "more"}


def test_pydantic_is_not_imported(run_script: "Callable[..., CompletedProcess[str]]") -> None:
    script = f"""
        import sys
        from ai_rust_client.compat.types import ChatCompletion
        ChatCompletion.model_validate({DOCUMENT!r})
        assert not [name for name in sys.modules if name.startswith("pydantic")]
    """
    result = run_script(script)
    assert result.returncode == 0, result.stderr
