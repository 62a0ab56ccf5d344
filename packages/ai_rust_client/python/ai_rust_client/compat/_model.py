"""Answers as objects, with their declared fields and any other fields that the provider sent.

Providers differ in optional fields, and none of them may cost the answer: a declared field has a value of its type, or
None. A value of another type (`usage: ""`, `tool_calls: [null]`) is in `model_extra`. Nothing else is validated. The
attributes are the JSON object itself, so creating an answer costs little more than parsing it.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from copy import copy, deepcopy
from types import MethodType, NoneType, UnionType
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple, Self, TypeVar, Union, get_args, get_origin

M = TypeVar("M", bound="BaseModel")
Defaults = dict[str, Callable[[dict[str, Any]], Any]]
"""For fields by name: a function of all fields that returns the value."""


class Field(NamedTuple):
    """What a declared field may hold: the types of its JSON values (None: any), and models of its objects."""

    types: frozenset[type] | None
    models: tuple[type["BaseModel"], ...]


class FieldInfo(NamedTuple):
    """A declared field: its type hint, and whether the API always sends it."""

    annotation: Any
    required: bool

    def is_required(self) -> bool:
        """Whether the API always sends it."""
        return self.required


class _FieldInfos:
    """`model_fields` of a class."""

    def __get__(self, instance: object, owner: type["BaseModel"]) -> dict[str, FieldInfo]:
        classes = reversed(owner.__mro__)
        hints = {name: hint for kind in classes for name, hint in getattr(kind, "__annotations__", {}).items()}
        return {name: FieldInfo(hints[name], name in owner._required) for name in owner._declared}


class BaseModel:
    """The base class of all answers, with the methods of the OpenAI library's models."""

    __slots__ = ("__dict__", "__weakref__", "_misfits", "_request_id")

    model_fields: ClassVar = _FieldInfos()
    """The declared fields by name."""
    _request_id: str | None
    """The provider's `x-request-id`; only in whole answers."""
    _misfits: dict[str, Any]
    """The values of declared fields that have another type; unset if there are none."""
    _declared: ClassVar[dict[str, Field]] = {}
    _checked: ClassVar[dict[str, tuple[frozenset[type], tuple[type["BaseModel"], ...]]]] = {}
    """The fields that do not allow all types."""
    _required: ClassVar[frozenset[str]] = frozenset()
    _defaults: ClassVar[Defaults] = {}
    """Fields that every program reads, with a function that makes up for their absence."""
    _sent_as_is: ClassVar[frozenset[str]] = frozenset()
    """Fields that are dumped and sent back as they were sent, although they are read as another type."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        own = {name: hint for name, hint in cls.__annotations__.items() if not name.startswith("_")}
        inherited = cls.__mro__[1]._declared if issubclass(cls.__mro__[1], BaseModel) else {}
        fields = {name: Field(_json_types(hint), tuple(_models_in(hint))) for name, hint in own.items()}
        cls._declared = inherited | fields
        cls._checked = {name: (field.types, field.models) for name, field in cls._declared.items() if field.types}
        bases = cls.__mro__[: cls.__mro__.index(BaseModel)]
        defaults = {name for base in bases for name in vars(base)}
        cls._required = frozenset(cls._declared.keys() - defaults)

    def __init__(self, /, **fields: Any) -> None:
        _fill(self, fields)

    if not TYPE_CHECKING:  # type checkers report missing attributes

        def __getattr__(self, name: str) -> Any:
            if name in self._required:
                return None  # required, but not sent
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        """The model of a mapping, which is copied. Raises ValueError for other values; no field is validated.

        `options` are those of pydantic, without effect.
        """
        if isinstance(obj, cls):
            return obj
        if not isinstance(obj, Mapping | BaseModel):
            message = f"{cls.__name__} must be made of an object, not {type(obj).__name__}"
            raise ValueError(message)
        return build(cls, deepcopy(obj._to_send() if isinstance(obj, BaseModel) else dict(obj)))

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:
        """The model of a JSON object. Raises ValueError for other text."""
        return cls.model_validate(json.loads(json_data))

    @classmethod
    def model_construct(cls, _fields_set: set[str] | None = None, **fields: Any) -> Self:
        """The model of these fields."""
        return cls(**fields)

    if not TYPE_CHECKING:

        @classmethod
        def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
            from ai_rust_client.compat._pydantic import core_schema_of

            return core_schema_of(cls)

        @classmethod
        def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> dict[str, Any]:
            from ai_rust_client.compat._pydantic import json_schema_of

            return json_schema_of(cls)

    def model_dump(  # noqa: PLR0913  the signature of the OpenAI library
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
        """The fields as a dict, including nested ones. `include` and `exclude` are names of fields of this object.

        `mode`, `by_alias`, `round_trip` and `warnings` have no effect: all values are JSON as it was sent.
        """
        for name, chosen in (("include", include), ("exclude", exclude)):
            if isinstance(chosen, dict):
                raise NotImplementedError(f"{name} must be names of fields; a mapping of nested fields is not covered")
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
        """The fields that the provider sent; all declared fields if `exclude_unset` is false."""
        return _dump(self, exclude_unset, exclude_defaults, exclude_none)

    def _to_send(self) -> dict[str, Any]:
        """The fields for a request: what the provider sent, without what was read from it."""
        return {name: _sendable(value) for name, value in _set_fields(self).items()}

    def to_json(self, *, indent: int | None = 2, exclude_unset: bool = True, **options: Any) -> str:
        """`to_dict` as JSON text."""
        options.pop("use_api_names", None)
        return self.model_dump_json(indent=indent, exclude_unset=exclude_unset, **options)

    def model_copy(self, *, update: dict[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy, with the fields of `update`. Nested values are shared unless `deep` is true."""
        copied = deepcopy(self) if deep else copy(self)
        copied.__dict__ |= update or {}
        return copied

    @property
    def model_fields_set(self) -> set[str]:
        """The declared fields that the provider sent."""
        return self.__dict__.keys() & self._declared.keys()

    @property
    def model_extra(self) -> dict[str, Any]:
        """The fields that the provider sent besides the declared ones, and values of other types than declared."""
        extra = {name: value for name, value in self.__dict__.items() if name not in self._declared}
        return extra | getattr(self, "_misfits", {})

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        yield from _all_fields(self).items()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, BaseModel) or type(other) is not type(self):
            return NotImplemented
        return _all_fields(self) == _all_fields(other)

    __hash__ = None  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]  # mutable, as in the OpenAI library

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in _all_fields(self).items())
        return f"{type(self).__name__}({fields})"


class _Method:
    """A method that is not hidden by a field of the same name."""

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
    """The model of a JSON object, which becomes its attributes."""
    instance = model.__new__(model)
    _fill(instance, data)
    return instance


def _fill(instance: BaseModel, data: dict[str, Any]) -> None:
    fields = instance._checked
    misfits: dict[str, Any] = _NO_MISFITS
    for name, value in data.items():
        field = fields.get(name)
        if field is None or value is None:
            continue
        types, models = field
        if type(value) not in types:
            if not isinstance(value, BaseModel) and not _fit(data, name, types, models):
                misfits = misfits | {name: value}
        elif models:
            data[name] = wrapped = _wrap(models, value)
            if type(value) is list and len(wrapped) < len(value):
                misfits = misfits | {name: value}
    if misfits:
        _set_aside(instance, data, misfits)
    for name in instance._defaults:
        if data.get(name) is None:
            _add_default(instance, data, name, misfits)
    instance.__dict__ = data


_NO_MISFITS: dict[str, Any] = {}


def _fit(data: dict[str, Any], name: str, types: frozenset[type], models: tuple[type[BaseModel], ...]) -> bool:
    """Read what some servers write in another way: whole numbers as text or as 1.0, one tool call without its list.

    An id that is a number stays one, since the server expects it back.
    """
    value = data[name]
    if int in types and isinstance(value, str | float):
        try:
            number = float(value)
        except ValueError:
            return False
        data[name] = int(number) if number.is_integer() else number
        return number.is_integer() or float in types
    if name == "tool_calls" and value and isinstance(value, dict):
        data[name] = _wrap(models, [value])
        return True
    return name == "id" and type(value) is int


def _set_aside(instance: BaseModel, data: dict[str, Any], misfits: dict[str, Any]) -> None:
    """Keep the values that do not fit out of `data`; of a list only the elements that do fit stay in it."""
    for name in misfits:
        is_part_of_a_list = type(data[name]) in (instance._declared[name].types or ())
        if not is_part_of_a_list or not data[name]:
            del data[name]
    instance._misfits = misfits


def _add_default(instance: BaseModel, data: dict[str, Any], name: str, misfits: dict[str, Any]) -> None:
    value = instance._defaults[name](data | misfits)
    if value is not None:
        data[name] = value


def _wrap(models: tuple[type[BaseModel], ...], value: Any) -> Any:
    """The models of an object, or of a list without the elements that are not objects."""
    if type(value) is list:
        return [_wrap(models, item) for item in value if isinstance(item, _OBJECTS)]
    if type(value) is not dict:
        return value
    if len(models) == 1:
        instance = models[0].__new__(models[0])
        _fill(instance, value)
        return instance
    kind = value.get("type")
    return build(next((model for model in models[1:] if kind in _tags(model)), models[0]), value)


_OBJECTS = (dict, BaseModel)


def _tags(model: type[BaseModel]) -> tuple[str, ...]:
    """The values of `type` that identify one of several models."""
    tags: tuple[str, ...] = getattr(model.__annotations__.get("type"), "__args__", ())
    return tags


_SCALARS: dict[type, frozenset[type]] = {
    str: frozenset({str}),
    bool: frozenset({bool}),
    int: frozenset({int}),
    float: frozenset({int, float}),
    list: frozenset({list}),
    dict: frozenset({dict}),
}


def _json_types(hint: Any) -> frozenset[type] | None:
    """The types of the JSON values that a type hint allows besides None, or None if it allows all."""
    origin = get_origin(hint) or hint
    if origin in _SCALARS:
        return _SCALARS[origin]
    if isinstance(origin, type) and issubclass(origin, BaseModel):
        return _SCALARS[dict]
    if origin is Literal:
        return frozenset(type(value) for value in get_args(hint))
    if origin is not Union and origin is not UnionType:
        return None
    members = [_json_types(member) for member in get_args(hint) if member is not NoneType]
    return None if None in members else frozenset().union(*filter(None, members))


def _models_in(hint: Any) -> Iterator[type[BaseModel]]:
    origin = get_origin(hint) or hint
    if isinstance(origin, type) and issubclass(origin, BaseModel):
        yield origin
    for argument in getattr(hint, "__args__", ()):
        yield from _models_in(argument)


def _set_fields(model: BaseModel) -> dict[str, Any]:
    """The fields that were sent."""
    fields = model.__dict__
    if model._sent_as_is and (misfits := getattr(model, "_misfits", None)):
        return fields | {name: value for name, value in misfits.items() if name in model._sent_as_is}
    return fields


def _all_fields(model: BaseModel) -> dict[str, Any]:
    """The declared fields in their order, then the others."""
    return dict.fromkeys(model._declared) | _set_fields(model)


def _sendable(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value._to_send()
    if isinstance(value, list):
        return [_sendable(item) for item in value]
    return value


def _dump(model: BaseModel, exclude_unset: bool, exclude_defaults: bool, exclude_none: bool) -> dict[str, Any]:
    def plain(value: Any) -> Any:
        if isinstance(value, BaseModel):
            return _dump(value, exclude_unset, exclude_defaults, exclude_none)
        if isinstance(value, list):
            return [plain(item) for item in value]
        if isinstance(value, dict):
            return {name: plain(item) for name, item in value.items()}
        return value.model_dump() if hasattr(value, "model_dump") else value

    def is_included(name: str, value: Any) -> bool:
        if value is not None:
            return True
        is_default = name in model._declared and name not in model._required
        return not exclude_none and not (exclude_defaults and is_default)

    fields = _set_fields(model) if exclude_unset else _all_fields(model)
    return {name: plain(value) for name, value in fields.items() if is_included(name, value)}
