"""`AIClient.parse`, `aparse` and `stream_parse`: answers as instances of a type."""

import datetime
import enum
import json
import pickle
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Any, Generic, Literal, NamedTuple, NewType, NotRequired, TypedDict, TypeVar

import msgspec
import pydantic
import pytest

from ai_rust_client import AIClient, AIClientError, BadRequestError, InvalidStructureError
from ai_rust_client._schema import PartialJson
from ai_rust_client.structured import StructuredOutput
from minimal_browser_core.testing.fake_server import (
    DONE,
    Answer,
    Body,
    Data,
    Error,
    FakeServer,
    Request,
    Stream,
    ToolCall,
    Usage,
    chunk,
)


class Unit(enum.StrEnum):
    """A unit of measurement."""

    GRAM = "g"
    PIECE = "piece"


@dataclass
class Amount:
    """How much.

    Args:
        value: The number of units.
    """

    value: float
    unit: Unit


@dataclass
class DataRecipe:
    name: str
    steps: list[str]
    amount: Amount
    note: str | None
    portions: int = 4


class TypedRecipe(TypedDict):
    name: str
    steps: list[str]
    note: NotRequired[str]


class PydanticAmount(pydantic.BaseModel):
    value: float = pydantic.Field(gt=0)
    unit: Unit


class PydanticRecipe(pydantic.BaseModel):
    name: str
    amount: PydanticAmount
    tags: list[str] = pydantic.Field(default_factory=list)
    at: datetime.datetime | None = None


class StructRecipe(msgspec.Struct):
    name: str
    steps: list[str]
    portions: int = 4


@dataclass
class Tree:
    label: str
    children: "list[Tree]" = field(default_factory=list)


class PydanticTree(pydantic.BaseModel):
    label: str
    children: "list[PydanticTree]" = []


RECIPE = {"name": "Soup", "steps": ["cut", "boil"], "amount": {"value": 2, "unit": "g"}, "note": None, "portions": 2}


@pytest.fixture
def client(server: FakeServer) -> Iterator[AIClient]:
    with AIClient(base_url=server.base_url, max_retries=0) as client:
        yield client


def answering(server: FakeServer, value: Any, **options: Any) -> None:
    server.default = Answer(value if isinstance(value, str) else json.dumps(value), **options)


def sent_schema(server: FakeServer) -> Any:
    return server.requests[-1].json["response_format"]["json_schema"]


def test_a_dataclass_becomes_a_strict_schema_and_comes_back(server: FakeServer, client: AIClient) -> None:
    answering(server, RECIPE)
    output = client.parse([{"role": "user", "content": "soup?"}], "m", DataRecipe, temperature=0)
    assert output.parsed == DataRecipe("Soup", ["cut", "boil"], Amount(2.0, Unit.GRAM), None, 2)
    assert (output.refusal, output.response.model, output.usage.total_tokens) == (None, "m", 2)
    sent = sent_schema(server)
    assert (sent["name"], sent["strict"], server.requests[-1].json["temperature"]) == ("DataRecipe", True, 0)
    assert sent["schema"]["required"] == ["name", "steps", "amount", "note", "portions"]
    assert sent["schema"]["additionalProperties"] is False
    amount = sent["schema"]["$defs"]["Amount"]
    assert amount["description"] == "How much."
    assert amount["properties"]["value"] == {"description": "The number of units.", "type": "number"}
    assert "default" not in json.dumps(sent)


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        (TypedRecipe, {"name": "a", "steps": [], "note": None}, {"name": "a", "steps": []}),
        (StructRecipe, {"name": "a", "steps": ["b"], "portions": 1}, StructRecipe("a", ["b"], 1)),
        (
            PydanticRecipe,
            {"name": "a", "amount": {"value": 1, "unit": "g"}, "tags": [], "at": "2026-01-02T03:04:05Z"},
            PydanticRecipe(
                name="a",
                amount=PydanticAmount(value=1, unit=Unit.GRAM),
                at=datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC),
            ),
        ),
        (Tree, {"label": "a", "children": [{"label": "b", "children": []}]}, Tree("a", [Tree("b")])),
        (
            PydanticTree,
            {"label": "a", "children": [{"label": "b", "children": []}]},
            PydanticTree(label="a", children=[PydanticTree(label="b")]),
        ),
    ],
)
def test_each_kind_of_type(server: FakeServer, client: AIClient, schema: Any, value: Any, expected: Any) -> None:
    answering(server, value)
    assert client.parse("q", "m", schema).parsed == expected
    sent = sent_schema(server)
    assert sent["strict"] is True
    assert sent["schema"]["type"] == "object"
    for definition in (sent["schema"], *sent["schema"].get("$defs", {}).values()):
        if definition["type"] == "object":
            assert definition["additionalProperties"] is False
            assert definition["required"] == list(definition["properties"])


UserId = NewType("UserId", int)
T = TypeVar("T")


@dataclass
class Box(Generic[T]):
    content: T


class Point(NamedTuple):
    x: int
    y: int = 0


@dataclass
class Cat:
    meow: str


@dataclass
class Dog:
    bark: str
    size: int


class Level(enum.Enum):
    LOW = 1
    HIGH = 2


class Odd(enum.Enum):
    FIRST = object()


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        (list[int], [1, 2.0], [1, 2]),
        (tuple[int, str], [1, "a"], (1, "a")),
        (tuple[int, ...], [1, 2], (1, 2)),
        (set[str], ["a", "b"], {"a", "b"}),
        (dict[str, int], {"a": 1}, {"a": 1}),
        (dict[int, str], {"1": "a"}, {1: "a"}),
        (Literal["a", 1, None], 1, 1),
        (Level, 2, Level.HIGH),
        (Odd, "FIRST", Odd.FIRST),
        (int | None, None, None),
        (int | str, "1", "1"),
        (Cat | Dog, {"bark": "wow", "size": 3}, Dog("wow", 3)),
        (list[Cat | Dog], [{"meow": "m"}, {"bark": "b", "size": 1}], [Cat("m"), Dog("b", 1)]),
        (datetime.datetime, "2026-01-02T03:04:05Z", datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)),
        (datetime.date, "2026-01-02", datetime.date(2026, 1, 2)),
        (datetime.time, "03:04:05", datetime.time(3, 4, 5)),
        (uuid.UUID, "12345678-1234-5678-1234-567812345678", uuid.UUID("12345678-1234-5678-1234-567812345678")),
        (Decimal, "1.10", Decimal("1.10")),
        (bytes, "aGk=", b"hi"),
        (bool, True, True),
        (float, 3, 3.0),
        (UserId, 7, 7),
        (Box[list[int]], {"content": [1]}, Box([1])),
        (Point, {"x": 1}, Point(1)),
        (Annotated[int, "A number."], 1, 1),
        (Any, {"any": ["thing"]}, {"any": ["thing"]}),
        (dict, {"a": None}, {"a": None}),
        (list[PydanticAmount], [{"value": 1, "unit": "g"}], [PydanticAmount(value=1, unit=Unit.GRAM)]),
        (StructRecipe | None, {"name": "a", "steps": []}, StructRecipe("a", [])),
    ],
    ids=str,
)
def test_any_annotation(server: FakeServer, client: AIClient, schema: Any, value: Any, expected: Any) -> None:
    """Providers demand an object: other types are wrapped, and an unwrapped answer is understood too."""
    answering(server, json.dumps(value))
    unwrapped = client.parse("q", "m", schema).parsed
    sent = sent_schema(server)["schema"]
    is_wrapped = list(sent.get("properties", ())) == ["value"]
    answering(server, {"value": value} if is_wrapped else value)
    assert [unwrapped, client.parse("q", "m", schema).parsed] == [expected, expected]
    assert type(unwrapped) is type(expected)
    assert sent["type"] == "object"


def test_types_without_a_strict_form_are_sent_unchanged(server: FakeServer, client: AIClient) -> None:
    answering(server, {"a": 1})
    assert client.parse("q", "m", dict[str, int]).parsed == {"a": 1}
    assert sent_schema(server)["strict"] is False
    assert sent_schema(server)["schema"] == {"type": "object", "additionalProperties": {"type": "integer"}}


def test_a_bare_word_is_read(server: FakeServer, client: AIClient) -> None:
    answering(server, " positive\n")
    assert client.parse("q", "m", Literal["positive", "negative"], mode="prompt").parsed == "positive"


def test_a_json_schema_is_sent_unchanged_and_its_values_stay_json(server: FakeServer, client: AIClient) -> None:
    schema = {"title": "City", "type": "object", "properties": {"name": {"type": "string", "minLength": 2}}}
    answering(server, {"name": "Rome", "more": 1})
    assert client.parse("q", "m", schema).parsed == {"name": "Rome", "more": 1}
    assert sent_schema(server) == {"name": "City", "schema": schema, "strict": False}
    strict = schema | {"required": ["name"], "additionalProperties": False}
    named = {"name": "place", "schema": strict, "strict": True}
    for given in (strict, named, {"type": "json_schema", "json_schema": named}):
        with pytest.raises(InvalidStructureError) as caught:
            client.parse("q", "m", given)
        assert caught.value.problems == ("more: is not allowed",)
        assert sent_schema(server)["strict"] is True


@pytest.mark.parametrize(
    "text",
    [
        '```json\n{"label": "a", "children": []}\n```',
        '```\n{"label": "a"}\n```\nDone.',
        'Here it is: {"label": "a"} I hope [that] helps.',
        'In {braces} and [1, 2] first, then:\n\n```json\n{"label": "a"}\n```',
        '\ufeff  {"label": "a"}\n',
        '<think>{"label": 1}?</think>{"label": "a"}',
        '{"label": "a", "unknown": NaN}',
    ],
)
def test_json_in_fences_and_prose_is_read(server: FakeServer, client: AIClient, text: str) -> None:
    answering(server, text)
    assert client.parse("q", "m", Tree).parsed == Tree("a")


@pytest.mark.parametrize(
    ("schema", "text", "problems"),
    [
        (DataRecipe, '{"steps": [1], "amount": {"value": "x", "unit": "kg"}, "note": 5}',
         ["name: is missing", "steps[0]: must be a string, not 1", 'amount.value: must be a number, not "x"',
          'amount.unit: must be one of "g", "piece", not "kg"', "note: 5 fits none of the alternatives"]),
        (PydanticRecipe, '{"name": "a", "amount": {"value": -1, "unit": "g"}}',
         ["amount.value: Input should be greater than 0"]),
        (StructRecipe, '{"name": "a", "steps": ["b", 2]}', ["steps[1]: Expected str, got int"]),
        (list[int], '{"value": [1, "2"]}', ['value[1]: must be an integer, not "2"']),
        (Annotated[list[int], msgspec.Meta(min_length=2)], "[1]", ["must have at least 2 items, not an array"]),
        (Tree, "I would rather not say.", ["the answer contains no JSON"]),
        (Tree, "", ["the answer is empty"]),
        (Tree, "[" * 100_000, ["the answer contains no JSON"]),
        (Cat | Dog, '{"value": {"bark": "b"}}', ["value.size: is missing"]),
        (bool, '{"value": 1}', ["value: must be true or false, not 1"]),
        (int, '{"value": true}', ["value: must be an integer, not true"]),
    ],
)  # fmt: skip
def test_an_invalid_answer_is_an_error_with_paths(
    server: FakeServer, client: AIClient, schema: Any, text: str, problems: list[str]
) -> None:
    answering(server, text)
    with pytest.raises(InvalidStructureError) as caught:
        client.parse("q", "m", schema)
    error = caught.value
    for expected in problems:
        assert any(problem.startswith(expected) for problem in error.problems), error.problems
    assert (error.text, error.code, isinstance(error, AIClientError)) == (text, "invalid_structure", True)
    assert error.response is not None
    assert error.response.text == text


@pytest.mark.parametrize("reason", ["length", "content_filter"])
def test_a_cut_answer_is_an_error_even_if_it_can_be_read(server: FakeServer, client: AIClient, reason: str) -> None:
    answering(server, {"label": "a"}, finish_reason=reason)
    with pytest.raises(InvalidStructureError, match=f"cut .*'{reason}'"):
        client.parse("q", "m", Tree, max_repairs=2)
    assert len(server.requests) == 1


def test_a_refusal_is_no_error(server: FakeServer, client: AIClient) -> None:
    message = {"role": "assistant", "content": None, "refusal": "I can't help with that."}
    answer = {"model": "m", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
    server.default = Body(json.dumps(answer))
    output = client.parse("q", "m", Tree)
    assert (output.parsed, output.refusal) == (None, "I can't help with that.")


def test_a_provider_without_json_schema_gets_the_schema_as_text(server: FakeServer, client: AIClient) -> None:
    def reply(request: Request) -> Any:
        kind = request.json.get("response_format", {}).get("type")
        if kind:
            return Error(400, f"This response_format type {kind} is unavailable now")
        assert '"label"' in request.json["messages"][0]["content"]
        return Answer('{"label": "a"}')

    server.default = reply
    for _ in range(2):
        assert client.parse([{"role": "system", "content": "Be brief."}], "m", Tree).parsed == Tree("a")
    kinds = [request.json.get("response_format", {}).get("type") for request in server.requests]
    assert kinds == ["json_schema", "json_object", None, None]  # remembered
    assert server.requests[-1].json["messages"][0]["content"].startswith("Be brief.\n\nAnswer with one JSON value")
    with pytest.raises(BadRequestError):
        client.parse("q", "m", Tree, mode="json_schema")


def test_other_refused_requests_are_not_repeated(server: FakeServer, client: AIClient) -> None:
    server.default = Error(400, "Invalid schema for response_format 'Tree'")
    with pytest.raises(BadRequestError):
        client.parse("q", "m", Tree)
    server.default = Error(400, "temperature is too high")
    with pytest.raises(BadRequestError):
        client.parse("q", "m", Tree)
    assert len(server.requests) == 2


def test_a_tool_call_carries_the_answer(server: FakeServer, client: AIClient) -> None:
    server.default = Answer(tool_calls=(ToolCall("Tree", '{"label": "a"}'),), finish_reason="tool_calls")
    assert client.parse("q", "m", Tree, mode="tool").parsed == Tree("a")
    request = server.requests[-1].json
    assert request["tool_choice"] == {"type": "function", "function": {"name": "Tree"}}
    assert request["tools"][0]["function"]["parameters"]["required"] == ["label", "children"]


@pytest.mark.parametrize("mode", ["json_schema", "tool"])
def test_invalid_answers_are_repaired_when_asked(server: FakeServer, client: AIClient, mode: Any) -> None:
    wrong, right = '{"label": 1}', '{"label": "a"}'
    if mode == "tool":
        server.script.extend(Answer(tool_calls=(ToolCall("Tree", text),)) for text in (wrong, right))
    else:
        server.script.extend(Answer(text, usage=Usage(2, 3, cost=0.5)) for text in (wrong, right))
    output = client.parse("q", "m", Tree, mode=mode, max_repairs=1)
    assert output.parsed == Tree("a")
    messages = server.requests[-1].json["messages"]
    assert [message["role"] for message in messages] == ["user", "assistant", "tool" if mode == "tool" else "user"]
    assert "label: must be a string, not 1" in messages[-1]["content"]
    assert output.usage.total_tokens == (4 if mode == "tool" else 10)
    assert output.usage.cost == (None if mode == "tool" else 1.0)


def test_mistakes_of_callers_are_named(client: AIClient) -> None:
    class Unknown:
        pass

    cases: list[tuple[Callable[[], Any], str]] = [
        (lambda: client.parse("q", "m", Tree, response_format={}), "parse sets response_format"),
        (lambda: client.parse("q", "m", Tree, mode="xml"), "mode must be json_schema"),  # type: ignore[call-overload]
        (lambda: client.parse("q", "m", Unknown), "Unknown has no JSON schema; use a dataclass"),
        (lambda: client.parse("q", "m", dict[Tree, int]), "cannot be the key of a JSON object"),
        (lambda: client.stream_parse("q", "m", Tree, mode="tool"), "use parse for tool"),
    ]
    for call, message in cases:
        with pytest.raises((TypeError, ValueError), match=message):
            call()


async def test_async(server: FakeServer, client: AIClient) -> None:
    answering(server, {"label": "a"})
    output = await client.aparse("q", "m", Tree)
    assert isinstance(output, StructuredOutput)
    assert output.parsed == Tree("a")


def test_partial_objects_while_streaming(server: FakeServer, client: AIClient) -> None:
    text = json.dumps(
        {"name": 'Soup "à la" 😀', "steps": ["cut", "boil"], "amount": {"value": 12, "unit": "g"}, "note": None}
    )
    server.default = Answer(tuple(text), usage=Usage(1, 2))
    stream = client.stream_parse("q", "m", DataRecipe)
    partials = list(stream)
    assert partials[0] == {}
    assert {"name": "So"} in partials
    assert {"name": 'Soup "'} in partials
    assert partials[-1]["amount"] == {"value": 12, "unit": "g"}
    assert not any(partial.get("amount", {}).get("value") == 1 for partial in partials)  # the number goes on
    names = [partial["name"] for partial in partials if "name" in partial]
    assert all('Soup "à la" 😀'.startswith(name) for name in names)
    assert stream.output().parsed == DataRecipe('Soup "à la" 😀', ["cut", "boil"], Amount(12.0, Unit.GRAM), None)
    assert stream.output().usage.completion_tokens == 2


async def test_partial_lists_async(server: FakeServer, client: AIClient) -> None:
    server.default = Answer(("```json\n", '{"val', 'ue": [1, ', "2", ", 3]}", "\n```"))
    async with client.stream_parse("q", "m", list[int]) as stream:
        assert [partial async for partial in stream] == [[1], [1, 2, 3]]
        assert (await stream.aoutput()).parsed == [1, 2, 3]


def test_a_stream_uses_simpler_modes_too(server: FakeServer, client: AIClient) -> None:
    server.script.append(Error(422, "response_format is not supported"))
    server.default = Answer('{"label": "a"}')
    assert client.stream_parse("q", "m", Tree).output().parsed == Tree("a")


async def test_the_output_of_a_long_stream_is_read_without_its_partial_values(
    server: FakeServer, client: AIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = 0

    class Counting(PartialJson):
        @property
        def value(self) -> Any:
            nonlocal values
            values += 1
            return super().value

    monkeypatch.setattr("ai_rust_client.structured_stream.PartialJson", Counting)
    text = json.dumps(["x" * 10] * 1000)
    pieces = tuple(text[at : at + 4] for at in range(0, len(text), 4))
    server.script.extend([Answer(pieces), Answer(pieces)])
    assert client.stream_parse("q", "m", list[str]).output().parsed == ["x" * 10] * 1000
    stream = client.stream_parse("q", "m", list[str])
    assert (await stream.aoutput()).parsed == ["x" * 10] * 1000
    assert values == 0
    assert len(stream.value) == 1000


def test_a_cut_stream_is_an_error(server: FakeServer, client: AIClient) -> None:
    server.default = Answer('{"label": "a', finish_reason="length")
    with pytest.raises(InvalidStructureError, match="cut at the limit") as caught:
        client.stream_parse("q", "m", Tree).output()
    assert caught.value.text == '{"label": "a'


def test_a_refusal_in_a_stream(server: FakeServer, client: AIClient) -> None:
    server.default = Stream((Data(chunk({"refusal": "I can't "})), Data(chunk({"refusal": "do that."})), DONE))
    stream = client.stream_parse("q", "m", Tree)
    assert list(stream) == []
    assert (stream.output().parsed, stream.output().refusal) == (None, "I can't do that.")


def test_the_error_can_be_pickled() -> None:
    error = InvalidStructureError("no", text="x", problems=["a: is missing"])
    restored = pickle.loads(pickle.dumps(error))
    assert (str(restored), restored.text, restored.problems) == ("no", "x", ("a: is missing",))


SWAPPED: list[tuple[tuple[Any, Any, Any], str]] = [
    (("q", Amount, "m"), r"model must be the name of a model or a list of names, not the class Amount; use parse\("),
    (("q", [Amount], Amount), "model must be the name of a model or a list of names, not the class Amount"),
    (("q", None, Amount), "model must be the name of a model or a list of names, not NoneType"),
    ((Amount, "m", "q"), "schema must be a type or a JSON schema, not an instance of str"),
    (("q", "m", "Amount"), "schema must be a type or a JSON schema, not an instance of str"),
    (("q", "m", Amount(1, Unit.GRAM)), "schema must be a type or a JSON schema, not an instance of Amount"),
    (("q", "m", PydanticTree(label="a")), "schema must be a type or a JSON schema, not an instance of PydanticTree"),
    ((Amount, "m", Amount), "messages must be a prompt or a list of messages, not the class Amount"),
    ((5, "m", Amount), "messages must be a prompt or a list of messages, not int"),
    (({"role": "user", "content": "q"}, "m", Amount), "messages is a single message; pass a prompt or a list"),
]


@pytest.mark.parametrize(("arguments", "message"), SWAPPED)
async def test_wrong_and_swapped_arguments_are_named(
    server: FakeServer, client: AIClient, arguments: tuple[Any, Any, Any], message: str
) -> None:
    with pytest.raises(TypeError, match=message):
        client.parse(*arguments)
    with pytest.raises(TypeError, match=message):
        await client.aparse(*arguments)
    with pytest.raises(TypeError, match=message):
        client.stream_parse(*arguments)
    assert server.requests == []


def test_a_stream_of_structured_output_shows_its_type(server: FakeServer, client: AIClient) -> None:
    assert repr(client.stream_parse("q", "m", Amount)).startswith("StructuredStream(Amount, ResponseStream(")


class Rolls(TypedDict):
    pair: tuple[int, str]
    note: NotRequired[str]
    faces: set[int]
    tries: Annotated[int, pydantic.Field(ge=0)]


class Open(pydantic.BaseModel, extra="allow"):
    a: int


def test_the_strict_form_changes_what_the_guide_says(server: FakeServer, client: AIClient) -> None:
    answering(server, {"pair": [1, "a"], "note": None, "faces": [6, 6], "tries": 1})
    assert client.parse("q", "m", Rolls).parsed == {"pair": (1, "a"), "faces": {6}, "tries": 1}
    sent = sent_schema(server)
    assert (sent["strict"], sent["schema"]["required"]) == (True, ["pair", "note", "faces", "tries"])
    assert sent["schema"]["properties"]["note"] == {"anyOf": [{"type": "string"}, {"type": "null"}]}
    assert sent["schema"]["properties"]["faces"] == {"type": "array", "items": {"type": "integer"}}
    answering(server, {"pair": ["a", 1], "note": None, "faces": [], "tries": 1})
    with pytest.raises(InvalidStructureError, match=r"pair\[0\]: must be an integer"):
        client.parse("q", "m", Rolls)
    answering(server, {"name": "Soup", "steps": [], "amount": {"value": 2, "unit": "g"}, "note": None})
    recipe = client.parse("q", "m", DataRecipe).parsed
    assert recipe is not None
    assert recipe.portions == 4
    answering(server, {"a": 1, "b": 2})
    for schema in (Open, dict[str, int]):
        client.parse("q", "m", schema)
        assert sent_schema(server)["strict"] is False
