"""Build adapters over the classes of a native wheel: forward calls, and raise the wheel's errors as those of `errors`.

An adapter derives from `NativeProxy` and lists what it forwards by naming the methods of its port, which type it:

    class RustThing(NativeProxy):
        add = forward(Thing.add)
        size = Attribute[int]()
"""

import functools
import importlib
import inspect
from collections.abc import Awaitable, Callable, Iterator
from types import ModuleType
from typing import Any, Generic, TypeVar, cast

from minimal_browser_core import errors
from minimal_browser_core.errors import BackendError, MinimalBrowserError

Method = TypeVar("Method", bound=Callable[..., Any])
AsyncMethod = TypeVar("AsyncMethod", bound=Callable[..., Awaitable[Any]])
T = TypeVar("T")


def import_wheel(name: str) -> ModuleType:
    """Import a native wheel. Raises `BackendError` if that fails."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise BackendError(f"{name} cannot be imported: {error}; install minimal-browser[rust-modules]") from error


def translate(error: Exception) -> MinimalBrowserError:
    """Return the error of the same name in `errors`, or of the nearest base class that has one, with its attributes."""
    classes = (getattr(errors, base.__name__, None) for base in type(error).__mro__)
    ours = next(each for each in classes if isinstance(each, type) and issubclass(each, MinimalBrowserError))
    return ours(str(error), **{name: getattr(error, name) for name in _attributes(ours) if hasattr(error, name)})


def _attributes(error: type[MinimalBrowserError]) -> Iterator[str]:
    """Yield the keyword arguments of an error class and its bases."""
    for base in error.__mro__:
        if "__init__" in vars(base) and issubclass(base, MinimalBrowserError):
            parameters = inspect.signature(base.__init__).parameters.values()
            yield from (each.name for each in parameters if each.kind is each.KEYWORD_ONLY)


class NativeProxy:
    """Holds an object of a wheel, and the class from which all exceptions of the wheel derive."""

    def __init__(self, native: Any, foreign: type[Exception]) -> None:
        self._native = native
        self._foreign = foreign


def forward(method: Method) -> Method:
    """Return a method that calls the native method of the same name."""
    name = method.__name__

    @functools.wraps(method)
    def call(self: NativeProxy, *args: Any, **kwargs: Any) -> Any:
        try:
            return getattr(self._native, name)(*args, **kwargs)
        except self._foreign as error:
            raise translate(error) from None

    return cast("Method", call)


def forward_async(method: AsyncMethod) -> AsyncMethod:
    """Return a coroutine method that awaits the native method of the same name."""
    name = method.__name__

    @functools.wraps(method)
    async def call(self: NativeProxy, *args: Any, **kwargs: Any) -> Any:
        try:
            return await getattr(self._native, name)(*args, **kwargs)
        except self._foreign as error:
            raise translate(error) from None

    return cast("AsyncMethod", call)


class Attribute(Generic[T]):
    """A read-only attribute with the value of the native attribute of the same name."""

    def __set_name__(self, owner: type[NativeProxy], name: str) -> None:
        self._name = name

    def __get__(self, proxy: NativeProxy, owner: type[NativeProxy]) -> T:
        value: T = getattr(proxy._native, self._name)
        return value
