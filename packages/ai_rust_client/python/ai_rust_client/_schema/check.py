"""Checks a JSON value against a JSON schema: the keywords that models are given, local `$ref`s included.

Unknown keywords, `format` and remote references are not checked.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from ai_rust_client._schema.problems import Path, at, shown

_TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "integer": lambda value: (
        not isinstance(value, bool) and (isinstance(value, int) or (isinstance(value, float) and value.is_integer()))
    ),
}
_NOUNS = {"object": "an object", "array": "an array", "integer": "an integer", "boolean": "true or false"}


def noun(kind: str) -> str:
    """A JSON type in a sentence: "an integer"."""
    return _NOUNS.get(kind) or ("null" if kind == "null" else f"a {kind}")


def same(left: Any, right: Any) -> bool:
    """Whether two JSON values are equal; unlike in Python, true is not 1."""
    return bool(left == right) and isinstance(left, bool) == isinstance(right, bool)


class Checker:
    """Checks values against `schema`, which `$ref`s are relative to, and collects the problems."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._root = schema
        self.problems: list[str] = []

    def check(self, value: Any, schema: Any, path: Path = ()) -> None:
        """Add the problems of `value`."""
        if schema is True or not isinstance(schema, Mapping):
            if schema is False:
                self._add(path, "is not allowed")
            return
        if isinstance(schema.get("$ref"), str):
            self.check(value, self._resolve(schema["$ref"]), path)
        if not self._has_type(value, schema, path):
            return
        self._alternatives(value, schema, path)
        self.problems += [at(path, text) for text in constraint_problems(value, schema)]
        if isinstance(value, dict):
            self._object(value, schema, path)
        elif isinstance(value, list):
            self._array(value, schema, path)

    def _add(self, path: Path, text: str) -> None:
        self.problems.append(at(path, text))

    def _resolve(self, reference: str) -> Any:
        if not reference.startswith("#"):
            return True
        target: Any = self._root
        for step in reference[1:].split("/")[1:]:
            step = step.replace("~1", "/").replace("~0", "~")
            target = target.get(step, True) if isinstance(target, Mapping) else True
        return target

    def _has_type(self, value: Any, schema: Mapping[str, Any], path: Path) -> bool:
        kinds = schema.get("type")
        kinds = [kinds] if isinstance(kinds, str) else kinds or []
        if not kinds or any(_TYPES.get(kind, lambda _: True)(value) for kind in kinds):
            return True
        self._add(path, f"must be {' or '.join(map(noun, kinds))}, not {shown(value)}")
        return False

    def _alternatives(self, value: Any, schema: Mapping[str, Any], path: Path) -> None:
        for part in schema.get("allOf") or ():
            self.check(value, part, path)
        for keyword in ("anyOf", "oneOf"):
            if isinstance(schema.get(keyword), list):
                self._any(value, schema[keyword], path)

    def _any(self, value: Any, schemas: list[Any], path: Path) -> None:
        attempts = []
        for schema in schemas:
            trial = Checker(self._root)
            trial.check(value, schema, path)
            if not trial.problems:
                return
            attempts.append(trial.problems)
        self.problems += closest(attempts, path, value)

    def _object(self, value: dict[str, Any], schema: Mapping[str, Any], path: Path) -> None:
        properties = schema.get("properties") or {}
        for name in schema.get("required") or ():
            if name not in value:
                self._add((*path, name), "is missing")
        others = schema.get("additionalProperties", True)
        patterns = schema.get("patternProperties") or {}
        for name, item in value.items():
            if name in properties:
                self.check(item, properties[name], (*path, name))
                continue
            matching = [part for pattern, part in patterns.items() if re.search(pattern, name)]
            for part in matching or [others]:
                self.check(item, part, (*path, name))

    def _array(self, value: list[Any], schema: Mapping[str, Any], path: Path) -> None:
        first = schema.get("prefixItems") or []
        for index, item in enumerate(value):
            self.check(item, first[index] if index < len(first) else schema.get("items", True), (*path, index))


def closest(attempts: list[list[str]], path: Path, value: Any) -> list[str]:
    """The problems of the alternative that comes nearest: the one that fits as far as its own members."""
    inner = [
        problems for problems in attempts if not any(problem.startswith(at(path, "must be")) for problem in problems)
    ]
    if len(inner) == 1:
        return inner[0]
    if len(attempts) == 1:
        return attempts[0]
    reasons = " | ".join(dict.fromkeys("; ".join(problems) for problems in inner or attempts))
    return [at(path, f"{shown(value)} fits none of the alternatives ({reasons})")]


def _enum(value: Any, allowed: Any) -> str | None:
    if any(same(value, one) for one in allowed):
        return None
    return f"must be one of {', '.join(map(shown, allowed))}, not {shown(value)}"


def _limit(
    unit: str, size: Callable[[Any], Any], fits: Callable[[Any, Any], bool], words: str
) -> Callable[..., str | None]:
    def check(value: Any, limit: Any) -> str | None:
        return None if fits(size(value), limit) else f"must {words} {limit}{unit}, not {shown(value)}"

    return check


def _itself(value: Any) -> Any:
    return value


def _pattern(value: Any, pattern: str) -> str | None:
    return None if re.search(pattern, value) else f"must match {pattern}, not {shown(value)}"


def _unique(value: Any, unique: Any) -> str | None:
    repeated = any(same(one, other) for index, one in enumerate(value) for other in value[:index])
    return "must not contain an item twice" if unique and repeated else None


_CONSTRAINTS: dict[str, tuple[type | tuple[type, ...], Callable[[Any, Any], str | None]]] = {
    "enum": (object, _enum),
    "const": (object, lambda value, one: None if same(value, one) else f"must be {shown(one)}, not {shown(value)}"),
    "minimum": ((int, float), _limit("", _itself, lambda size, limit: size >= limit, "be at least")),
    "maximum": ((int, float), _limit("", _itself, lambda size, limit: size <= limit, "be at most")),
    "exclusiveMinimum": ((int, float), _limit("", _itself, lambda size, limit: size > limit, "be more than")),
    "exclusiveMaximum": ((int, float), _limit("", _itself, lambda size, limit: size < limit, "be less than")),
    "multipleOf": ((int, float), _limit("", _itself, lambda size, limit: size % limit == 0, "be a multiple of")),
    "minLength": (str, _limit(" characters", len, lambda size, limit: size >= limit, "have at least")),
    "maxLength": (str, _limit(" characters", len, lambda size, limit: size <= limit, "have at most")),
    "pattern": (str, _pattern),
    "minItems": (list, _limit(" items", len, lambda size, limit: size >= limit, "have at least")),
    "maxItems": (list, _limit(" items", len, lambda size, limit: size <= limit, "have at most")),
    "uniqueItems": (list, _unique),
}


def constraint_problems(value: Any, schema: Mapping[str, Any]) -> list[str]:
    """What is wrong with `value` itself, without its members: ranges, lengths, patterns, allowed values."""
    problems = []
    for keyword, (kind, check) in _CONSTRAINTS.items():
        if keyword in schema and isinstance(value, kind) and not (kind is not object and isinstance(value, bool)):
            problem = check(value, schema[keyword])
            if problem:
                problems.append(problem)
    return problems
