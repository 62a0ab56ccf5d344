"""Types as JSON schemas: models of libraries, the strict form, docstrings, JSON that is still arriving."""

import json
import sys
from typing import Annotated, Any, Literal

import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_rust_client._docstring import parse_docstring
from ai_rust_client._schema import MismatchError, PartialJson, schema_of


class Circle(pydantic.BaseModel):
    kind: Literal["circle"]
    radius: float


class Square(pydantic.BaseModel):
    kind: Literal["square"]
    side: float


class Drawing(pydantic.BaseModel):
    shapes: list[Annotated[Circle | Square, pydantic.Field(discriminator="kind")]]


@pydantic.dataclasses.dataclass
class Checked:
    size: Annotated[int, pydantic.Field(ge=1, description="In cm.")]


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="pydantic.v1 does not support Python 3.14")
def test_a_model_of_pydantic_1() -> None:
    from pydantic import v1

    class Part(v1.BaseModel):
        size: int

    class Whole(v1.BaseModel):
        name: str
        parts: list[Part]

    schema = schema_of(Whole)
    assert schema.is_strict
    assert schema.json_schema["properties"]["parts"]["items"] == {"$ref": "#/$defs/Part"}
    assert schema.load({"name": "a", "parts": [{"size": 1}]}) == Whole(name="a", parts=[Part(size=1)])
    with pytest.raises(MismatchError, match=r"parts\[0\].size: value is not a valid integer"):
        schema.load({"name": "a", "parts": [{"size": "x"}]})


def test_discriminated_unions_have_a_strict_form() -> None:
    schema = schema_of(Drawing)
    assert schema.is_strict
    assert "oneOf" not in json.dumps(schema.json_schema)
    shapes = [{"kind": "square", "side": 1}, {"kind": "circle", "radius": 2}]
    assert schema.load({"shapes": shapes}).shapes == [Square(kind="square", side=1), Circle(kind="circle", radius=2)]


def test_a_dataclass_of_pydantic_is_validated_by_it() -> None:
    schema = schema_of(Checked)
    assert schema.json_schema["properties"]["size"]["description"] == "In cm."
    assert schema.load({"size": 1}) == Checked(1)
    with pytest.raises(MismatchError, match="size: Input should be greater than or equal to 1"):
        schema.load({"size": 0})


DESCRIBED = {"city": "The name of the city, in English.", "days": "How many days."}


@pytest.mark.parametrize(
    "text",
    [
        """Get the weather.

        Asks a service.

        Args:
            city (str): The name of the city,
                in English.
            days (Literal["a", "b"] | None, optional): How many days.

        Returns:
            The weather: sunny or not.
        """,
        """Get the weather.

        Asks a service.

        Parameters
        ----------
        city : str
            The name of the city,
            in English.
        days : int, default: 3
            How many days.

        Returns
        -------
        str
            The weather.
        """,
        """
        Get the weather.

        Asks a service.

        :param str city: The name of the city,
            in English.
        :param days: How many days.
        :type days: int
        :returns: the weather
        """,
    ],
)
def test_docstrings_of_three_styles(text: str) -> None:
    docstring = parse_docstring(text)
    assert docstring.summary == "Get the weather.\n\nAsks a service."
    assert docstring.parameters == DESCRIBED


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def is_part(part: Any, whole: Any) -> bool:
    if isinstance(whole, str):
        return isinstance(part, str) and whole.startswith(part)
    if isinstance(whole, list):
        return len(part) <= len(whole) and all(is_part(a, b) for a, b in zip(part, whole, strict=False))
    if isinstance(whole, dict):
        return all(name in whole and is_part(item, whole[name]) for name, item in part.items())
    return bool(part == whole)


@given(JSON, st.booleans(), st.integers(1, 7), st.sampled_from(["", "So: ", "```json\n"]))
def test_what_has_arrived_is_always_a_part_of_the_whole(value: Any, ascii_only: bool, size: int, before: str) -> None:
    whole = {"value": value}
    text = before + json.dumps(whole, ensure_ascii=ascii_only, indent=1)
    partial = PartialJson()
    for start in range(0, len(text), size):
        partial.feed(text[start : start + size])
        if partial.value is not None:
            assert is_part(partial.value, whole)
    assert partial.value == whole


@given(JSON)
def test_any_json_is_read_back_from_its_text(value: Any) -> None:
    assert schema_of(dict).load_text(json.dumps({"a": value})) == {"a": value}
