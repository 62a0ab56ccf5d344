"""Answers as objects: declared fields, and whatever else the provider sent.

Nothing is validated, as in the OpenAI library: a field holds what was sent, and None where nothing was. Attributes are
the JSON object itself, so that making one costs little more than parsing it.
"""

import json
from collections.abc import Callable, Collection, Iterator
from copy import copy, deepcopy
from types import MethodType
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, TypeVar

M = TypeVar("M", bound="BaseModel")


class BaseModel:
    """What all answers are made of, with the methods of the OpenAI library's models."""

    __slots__ = ("__dict__", "__weakref__", "_request_id")

    _request_id: str | None
    """The provider's `x-request-id`; of whole answers only."""
    _declared: ClassVar[dict[str, tuple[type["BaseModel"], ...]]] = {}
    """Each field, with the models that its value may be made of."""
    _nested: ClassVar[tuple[tuple[str, tuple[type["BaseModel"], ...]], ...]] = ()
    _required: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(cls) -> None:
        cls._declared = {
            name: tuple(_models_in(hint)) for name, hint in cls.__annotations__.items() if not name.startswith("_")
        }
        cls._nested = tuple((name, models) for name, models in cls._declared.items() if models)
        cls._required = frozenset(name for name in cls._declared if name not in cls.__dict__)

    def __init__(self, /, **fields: Any) -> None:
        _fill(self, fields)

    if not TYPE_CHECKING:  # what is not there, type checkers are to say

        def __getattr__(self, name: str) -> Any:
            if name in self._required:
                return None  # promised, and not sent
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def model_dump(
        self,
        *,
        mode: str = "python",
        include: Collection[str] | None = None,
        exclude: Collection[str] | None = None,
        by_alias: bool | None = None,
        exclude_unset: bool = False,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
        round_trip: bool = False,
        warnings: bool | Literal["none", "warn", "error"] = True,
    ) -> dict[str, Any]:
        """The fields as a dict, nested ones too. `include` and `exclude` are names of fields of this object.

        `mode`, `by_alias`, `round_trip` and `warnings` make no difference: all is JSON as it came.
        """
        for name, chosen in (("include", include), ("exclude", exclude)):
            if isinstance(chosen, dict):
                raise NotImplementedError(f"{name} takes names of fields; a mapping into nested ones is not covered")
        result = _dump(self, exclude_unset, exclude_defaults, exclude_none)
        return {
            name: value
            for name, value in result.items()
            if (include is None or name in include) and (exclude is None or name not in exclude)
        }

    def model_dump_json(self, *, indent: int | None = None, **options: Any) -> str:
        """`model_dump` as JSON text."""
        separators = (",", ":") if indent is None else None
        return json.dumps(self.model_dump(**options), ensure_ascii=False, indent=indent, separators=separators)

    def to_dict(
        self,
        *,
        mode: Literal["json", "python"] = "python",
        use_api_names: bool = True,
        exclude_unset: bool = True,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
        warnings: bool = True,
    ) -> dict[str, object]:
        """What the provider sent, and nothing that it did not send unless `exclude_unset` is false."""
        return _dump(self, exclude_unset, exclude_defaults, exclude_none)

    def to_json(self, *, indent: int | None = 2, exclude_unset: bool = True, **options: Any) -> str:
        """`to_dict` as JSON text."""
        options.pop("use_api_names", None)
        return self.model_dump_json(indent=indent, exclude_unset=exclude_unset, **options)

    def model_copy(self, *, update: dict[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with `update` laid over it; what it holds is shared unless `deep`."""
        twin = deepcopy(self) if deep else copy(self)
        twin.__dict__ |= update or {}
        return twin

    @property
    def model_fields_set(self) -> set[str]:
        """The declared fields that the provider sent."""
        return self.__dict__.keys() & self._declared.keys()

    @property
    def model_extra(self) -> dict[str, Any]:
        """What the provider sent beside the declared fields."""
        return {name: value for name, value in self.__dict__.items() if name not in self._declared}

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        yield from _all_fields(self).items()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, BaseModel) or type(other) is not type(self):
            return NotImplemented
        return _all_fields(self) == _all_fields(other)

    __hash__ = None  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]  # changeable, as in the OpenAI library

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in _all_fields(self).items())
        return f"{type(self).__name__}({fields})"


class _Method:
    """A method that a field of the same name in an answer does not hide."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.__doc__ = function.__doc__

    def __get__(self, instance: object, owner: type) -> Callable[..., Any]:
        return self.function if instance is None else MethodType(self.function, instance)

    def __set__(self, instance: object, value: object) -> None:
        raise AttributeError(f"{self.function.__name__} is a method")


for _name in ("model_dump", "model_dump_json", "to_dict", "to_json", "model_copy"):
    setattr(BaseModel, _name, _Method(getattr(BaseModel, _name)))


def build(model: type[M], data: dict[str, Any]) -> M:
    """The model of a JSON object, which it keeps and changes."""
    made = model.__new__(model)
    _fill(made, data)
    return made


def _fill(made: BaseModel, data: dict[str, Any]) -> None:
    for name, models in made._nested:
        value = data.get(name)
        if value is not None:
            data[name] = _wrap(models, value)
    made.__dict__ = data


def _wrap(models: tuple[type[BaseModel], ...], value: Any) -> Any:
    if isinstance(value, list):
        return [_wrap(models, item) for item in value]
    if not isinstance(value, dict):
        return value
    kind = value.get("type")
    return build(next((model for model in models[1:] if kind in _tags(model)), models[0]), value)


def _tags(model: type[BaseModel]) -> tuple[str, ...]:
    """The values of `type` that tell one model from the others that may stand in its place."""
    tags: tuple[str, ...] = getattr(model.__annotations__.get("type"), "__args__", ())
    return tags


def _models_in(hint: Any) -> Iterator[type[BaseModel]]:
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        yield hint
    for argument in getattr(hint, "__args__", ()):
        yield from _models_in(argument)


def _all_fields(model: BaseModel) -> dict[str, Any]:
    """Declared fields in their order, then the others."""
    return dict.fromkeys(model._declared) | model.__dict__


def _dump(model: BaseModel, exclude_unset: bool, exclude_defaults: bool, exclude_none: bool) -> dict[str, Any]:
    def plain(value: Any) -> Any:
        if isinstance(value, BaseModel):
            return _dump(value, exclude_unset, exclude_defaults, exclude_none)
        if isinstance(value, list):
            return [plain(item) for item in value]
        if isinstance(value, dict):
            return {name: plain(item) for name, item in value.items()}
        return value

    def kept(name: str, value: Any) -> bool:
        if value is not None:
            return True
        is_default = name in model._declared and name not in model._required
        return not exclude_none and not (exclude_defaults and is_default)

    fields = model.__dict__ if exclude_unset else _all_fields(model)
    return {name: plain(value) for name, value in fields.items() if kept(name, value)}
