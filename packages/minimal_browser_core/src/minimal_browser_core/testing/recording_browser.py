"""A window without a window: it records what commands call, for tests of commands."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, get_type_hints

from minimal_browser_core.commands.chain import execute
from minimal_browser_core.commands.registry import CommandRegistry
from minimal_browser_core.errors import CommandError
from minimal_browser_core.features.catalogue import FEATURES
from minimal_browser_core.features.tabs import TabInfo


class RecordingPort:
    """One port of the window. It has the methods that the features declare, and refuses calls that do not fit them."""

    def __init__(self, name: str, record: Callable[..., None], results: Mapping[str, object]) -> None:
        self._name = name
        self._record = record
        self._results = results
        self._methods: dict[str, list[Callable[..., Any]]] = {}

    def _declare(self, port: type) -> None:
        for name, method in vars(port).items():
            if callable(method) and not name.startswith("_"):
                self._methods.setdefault(name, []).append(method)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        declared = self._methods.get(name)
        if not declared:
            raise AttributeError(f"no feature declares {self._name}.{name}")

        def call(*args: object, **kwargs: object) -> object:
            bound, *_ = [inspect.signature(method).bind(self, *args, **kwargs) for method in declared]
            path = f"{self._name}.{name}"
            if path in self._results:
                return self._results[path]
            bound.apply_defaults()
            self._record(path, *list(bound.arguments.values())[1:])
            return None

        return call


class RecordingBrowser:
    """Every feature's window at once. `calls` has each call as `("tabs.close", 3)`."""

    def __init__(self, commands: CommandRegistry) -> None:
        self.calls: list[tuple[object, ...]] = []
        self.commands = commands
        self.closed_tabs = 2
        """How many tabs `tabs.undo_close` can reopen."""
        self._results: dict[str, object] = {}
        self._ports: dict[str, RecordingPort] = {}
        # A feature without commands declares no port.
        declared = [feature.Browser for feature in FEATURES if hasattr(feature, "Browser")]
        for browser in declared:
            for name, member in vars(browser).items():
                if isinstance(member, property) and name != "commands":
                    port = self._ports.setdefault(name, RecordingPort(name, self._record, self._results))
                    port._declare(get_type_hints(member.fget)["return"])
        self.show_page("https://example.org/a/b/c.html?q=1", "A page")
        self.fill_clipboard("")
        self.show_tabs(TabInfo(1, "One", "https://one.test/"), TabInfo(2, "Two", "https://two.test/", current=True))

    def __getattr__(self, name: str) -> RecordingPort:
        try:
            return self._ports[name]
        except KeyError:
            raise AttributeError(f"no feature needs browser.{name}") from None

    def _record(self, *call: object) -> None:
        if call == ("tabs.undo_close",):
            if not self.closed_tabs:
                raise CommandError("There is no closed tab to reopen.")
            self.closed_tabs -= 1
        self.calls.append(call)

    def show_page(self, url: str, title: str = "") -> None:
        """Make this the current page."""
        self._results |= {"page.url": url, "page.title": title}

    def fill_clipboard(self, text: str) -> None:
        """Put `text` on the clipboard."""
        self._results["clipboard.text"] = text

    def show_tabs(self, *tabs: TabInfo) -> None:
        """Make these the tabs of the window."""
        self._results["tabs.all"] = tabs

    def run(self, line: str, count: int | None = None) -> None:
        """Run a command line. Raises CommandError."""
        execute(line, self.commands, self, count)
