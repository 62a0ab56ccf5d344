import inspect
from collections.abc import Sequence
from datetime import date

import pytest

from minimal_browser_core.commands.parser import check, execute
from minimal_browser_core.commands.registry import CommandRegistry
from minimal_browser_core.errors import CommandError
from minimal_browser_core.keys.keymap import Keymap
from minimal_browser_core.keys.modes import Mode
from minimal_browser_core.ports.browser import Browser, CommandLinePrefix, Importable, MessageLevel, OpenTarget, TabInfo

HERE, TAB, BEHIND = OpenTarget.CURRENT, OpenTarget.TAB, OpenTarget.BACKGROUND_TAB


KEPT = "https://example.org/a/b/c.html?q=1"


class RecordingBrowser:
    """A `Browser` of plain values: tabs are a list, and what cannot be seen on them is written down in `asked`."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, ...]] = []
        self.url = "https://example.org/a/b/c.html?q=1"
        self.title = "A page"
        self.clipboard = ""
        self.open_tabs = [TabInfo(1, "One", "https://one.test/"), TabInfo(2, "Two", "https://two.test/", current=True)]

    def _note(self, *what: object) -> None:
        self.asked.append(what)

    def open(self, target: str, where: OpenTarget = OpenTarget.CURRENT) -> None:
        self._note("open", target, where)

    def search(self, words: str, where: OpenTarget = OpenTarget.CURRENT) -> None:
        self._note("search", words, where)

    def open_page(self, url: str) -> None:
        self._note("open_page", url)

    def current_url(self) -> str:
        return self.url

    def current_title(self) -> str:
        return self.title

    def reload(self, *, bypass_cache: bool = False) -> None:
        self._note("reload", bypass_cache)

    def stop(self) -> None:
        self._note("stop")

    def back(self, count: int = 1) -> None:
        self._note("back", count)

    def forward(self, count: int = 1) -> None:
        self._note("forward", count)

    def view_source(self) -> None:
        self._note("view_source")

    def toggle_devtools(self) -> None:
        self._note("toggle_devtools")

    def toggle_fullscreen(self) -> None:
        self._note("toggle_fullscreen")

    def scroll_by(self, columns: float, lines: float) -> None:
        self._note("scroll_by", columns, lines)

    def scroll_page(self, pages: float) -> None:
        self._note("scroll_page", pages)

    def scroll_to(self, percent: float) -> None:
        self._note("scroll_to", percent)

    def find(self, text: str, *, backwards: bool = False) -> None:
        self._note("find", text, backwards)

    def find_next(self, count: int = 1, *, backwards: bool = False) -> None:
        self._note("find_next", count, backwards)

    def clear_find(self) -> None:
        self._note("clear_find")

    def follow_hints(self, where: OpenTarget = OpenTarget.CURRENT) -> None:
        self._note("follow_hints", where)

    def zoom_by(self, steps: int) -> None:
        self._note("zoom_by", steps)

    def zoom_to(self, percent: int) -> None:
        self._note("zoom_to", percent)

    def tabs(self) -> Sequence[TabInfo]:
        return self.open_tabs

    def new_tab(self) -> None:
        self._note("new_tab")

    def close_tab(self, number: int | None = None) -> None:
        self._note("close_tab", number)

    def undo_close(self) -> None:
        if self.asked.count(("undo_close",)) == 2:
            raise CommandError("no closed tab is left")
        self._note("undo_close")

    def select_tab(self, number: int) -> None:
        self._note("select_tab", number)

    def cycle_tab(self, steps: int) -> None:
        self._note("cycle_tab", steps)

    def move_tab(self, steps: int) -> None:
        self._note("move_tab", steps)

    def set_mode(self, mode: Mode) -> None:
        self._note("set_mode", mode)

    def show_command_line(self, prefix: CommandLinePrefix = ":", text: str = "") -> None:
        self._note("show_command_line", prefix, text)

    def show_message(self, text: str, level: MessageLevel = MessageLevel.INFO) -> None:
        self._note("show_message", text, level)

    def yank(self, text: str) -> None:
        self._note("yank", text)

    def clipboard_text(self) -> str:
        return self.clipboard

    def add_bookmark(self, url: str, title: str, tags: Sequence[str] = ()) -> None:
        self._note("add_bookmark", url, title, tuple(tags))

    def remove_bookmark(self, id: int) -> None:
        self._note("remove_bookmark", id)

    def delete_conversation(self, id: int) -> None:
        self._note("delete_conversation", id)

    def continue_conversation(self, id: int) -> None:
        self._note("continue_conversation", id)

    def import_file(self, kind: Importable, path: str) -> None:
        self._note("import_file", kind, path)

    def toggle_copilot(self) -> None:
        self._note("toggle_copilot")

    def focus_copilot(self, text: str = "") -> None:
        self._note("focus_copilot", text)

    def ask(self, question: str) -> None:
        self._note("ask", question)

    def cancel_answer(self) -> None:
        self._note("cancel_answer")

    def decide_action(self, *, allow: bool) -> None:
        self._note("decide_action", allow)

    def new_thread(self) -> None:
        self._note("new_thread")

    def quit(self) -> None:
        self._note("quit")


@pytest.fixture
def browser() -> RecordingBrowser:
    browser = RecordingBrowser()
    _: Browser = browser  # the type checker's proof that it is one
    return browser


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("open example.org", ("open", "example.org", HERE)),
        ("e example.org", ("open", "example.org", HERE)),
        ("tabopen a b", ("open", "a b", TAB)),
        ("bgopen a", ("open", "a", BEHIND)),
        ("search example.org", ("search", "example.org", HERE)),
        ("edit-url", ("show_command_line", ":", "open https://example.org/a/b/c.html?q=1")),
        ("edit-url tab", ("show_command_line", ":", "tabopen https://example.org/a/b/c.html?q=1")),
        ("start", ("open", "mb://start", HERE)),
        ("back", ("back", 1)),
        ("3back", ("back", 3)),
        ("forward", ("forward", 1)),
        ("reload", ("reload", False)),
        ("hard-reload", ("reload", True)),
        ("stop", ("stop",)),
        ("up", ("open", "https://example.org/a/b/", HERE)),
        ("2up", ("open", "https://example.org/a/", HERE)),
        ("9up", ("open", "https://example.org/", HERE)),
        ("root", ("open", "https://example.org/", HERE)),
        ("hint", ("follow_hints", HERE)),
        ("hint background-tab", ("follow_hints", BEHIND)),
        ("source", ("view_source",)),
        ("yank-url", ("yank", "https://example.org/a/b/c.html?q=1")),
        ("yank-title", ("yank", "A page")),
        ("3scroll down", ("scroll_by", 0, 3)),
        ("scroll left", ("scroll_by", -1, 0)),
        ("2scroll-page -0.5", ("scroll_page", -1.0)),
        ("scroll-to 100", ("scroll_to", 100.0)),
        ("50scroll-to 100", ("scroll_to", 50)),
        ("find some text", ("find", "some text", False)),
        ("find-back some text", ("find", "some text", True)),
        ("find", ("show_command_line", "/", "")),
        ("find-back", ("show_command_line", "?", "")),
        ("2find-next", ("find_next", 2, False)),
        ("find-previous", ("find_next", 1, True)),
        ("zoom", ("zoom_to", 100)),
        ("zoom 150", ("zoom_to", 150)),
        ("80zoom 100", ("zoom_to", 80)),
        ("2zoom-in", ("zoom_by", 2)),
        ("zoom-out", ("zoom_by", -1)),
        ("tab-new", ("new_tab",)),
        ("bd", ("close_tab", None)),
        ("bd 1", ("close_tab", 1)),
        ("2tab-close", ("close_tab", 2)),
        ("only", ("close_tab", 1)),
        ("undo", ("undo_close",)),
        (":2", ("select_tab", 2)),
        ("b 2", ("select_tab", 2)),
        ("tab -1", ("select_tab", -1)),
        ("b ONE", ("select_tab", 1)),
        ("b two.test", ("select_tab", 2)),
        ("b", ("show_command_line", ":", "tab ")),
        ("bn", ("cycle_tab", 1)),
        ("2bp", ("cycle_tab", -2)),
        ("N", ("cycle_tab", -1)),
        ("tab-goto", ("cycle_tab", 1)),
        ("2tab-goto", ("select_tab", 2)),
        ("2tab-move -1", ("move_tab", -2)),
        ("tab-duplicate", ("open", "https://example.org/a/b/c.html?q=1", TAB)),
        ("ask why?", ("ask", "why?")),
        ("ask", ("focus_copilot", "")),
        ("copilot", ("toggle_copilot",)),
        ("accept", ("decide_action", True)),
        ("reject", ("decide_action", False)),
        ("cancel", ("cancel_answer",)),
        ("thread-new", ("new_thread",)),
        (
            "bookmark red 'two words'",
            ("add_bookmark", KEPT, "A page", ("red", "two words")),
        ),
        ("w", ("add_bookmark", KEPT, "A page", ())),
        ("bookmarks", ("open_page", "mb://bookmarks")),
        ("bookmarks a&b", ("open_page", "mb://bookmarks?q=a%26b")),
        ("bookmark-delete 7", ("remove_bookmark", 7)),
        ("import bookmarks 'my marks.html'", ("import_file", "bookmarks", "my marks.html")),
        ("history", ("open_page", "mb://history")),
        ("recall lens light", ("open_page", "mb://history?q=lens%20light")),
        ("history clear the desk", ("open_page", "mb://history?q=clear%20the%20desk")),
        ("history clear", ("open_page", "mb://history?forget=all")),
        ("history-clear all", ("open_page", "mb://history?forget=all")),
        ("history clear hour", ("open_page", "mb://history?forget=hour")),
        ("history-clear today", ("open_page", f"mb://history?forget=day&day={date.today()}")),
        (
            "history-delete",
            ("open_page", "mb://history?forget=page&url=https%3A%2F%2Fexample.org%2Fa%2Fb%2Fc.html%3Fq%3D1"),
        ),
        ("history-delete www.A.test", ("open_page", "mb://history?forget=site&host=www.a.test")),
        ("history-delete a.test/x", ("open_page", "mb://history?forget=page&url=https%3A%2F%2Fa.test%2Fx")),
        ("conversations lens light", ("open_page", "mb://conversations?q=lens%20light")),
        ("conversation-delete 7", ("delete_conversation", 7)),
        ("conversation-continue 7", ("continue_conversation", 7)),
        ("command-line", ("show_command_line", ":", "")),
        ("command-line open", ("show_command_line", ":", "open ")),
        ("3command-line", ("show_command_line", ":", "3")),
        ("normal", ("set_mode", Mode.NORMAL)),
        ("insert", ("set_mode", Mode.INSERT)),
        ("passthrough", ("set_mode", Mode.PASSTHROUGH)),
        ("fullscreen", ("toggle_fullscreen",)),
        ("devtools", ("toggle_devtools",)),
        ("help", ("open_page", "mb://help")),
        ("h :bn", ("open_page", "mb://help#tab-next")),
        ("version", ("open_page", "mb://version")),
        ("q", ("quit",)),
        ("wq", ("quit",)),
    ],
)
def test_a_command_asks_the_browser_for_one_thing(
    line: str, asked: tuple[object, ...], registry: CommandRegistry, browser: RecordingBrowser
) -> None:
    execute(line, registry, browser)
    assert browser.asked == [asked]


def test_clear_takes_the_highlights_off_and_comes_back_to_normal(
    registry: CommandRegistry, browser: RecordingBrowser
) -> None:
    execute("clear", registry, browser)
    assert browser.asked == [("clear_find",), ("set_mode", Mode.NORMAL)]


def test_paste_opens_the_clipboard_on_one_line(registry: CommandRegistry, browser: RecordingBrowser) -> None:
    browser.clipboard = "  https://example.org/\n  rest "
    execute("paste tab", registry, browser)
    assert browser.asked == [("open", "https://example.org/ rest", TAB)]


def test_only_closes_the_others_from_the_right(registry: CommandRegistry, browser: RecordingBrowser) -> None:
    browser.open_tabs = [TabInfo(number, "", "", current=number == 2) for number in range(1, 5)]
    execute("only", registry, browser)
    assert browser.asked == [("close_tab", 4), ("close_tab", 3), ("close_tab", 1)]


def test_undo_stops_where_no_closed_tab_is_left(registry: CommandRegistry, browser: RecordingBrowser) -> None:
    with pytest.raises(CommandError, match="no closed tab"):
        execute("undo", registry, browser, count=9)
    assert browser.asked == [("undo_close",)] * 2


@pytest.mark.parametrize(
    ("line", "url", "words"),
    [
        ("yank-url", "", "no page is open"),
        ("bookmark", "", "no page is open"),
        ("source", "", "no page is open"),
        ("up", "mb://help", "only a web page"),
        ("up", "https://example.org/", "nothing above https://example.org/"),
        ("root", "file:///etc/hosts", "only a web page"),
        ("up", "https://[bad", "only a web page"),
        ("paste", "https://example.org/", "the clipboard holds no text"),
        ("zoom 5", "https://example.org/", "from 25 to 500, not 5"),
        ("101scroll-to 0", "https://example.org/", "from 0 to 100, not 101"),
        ("b nowhere", "https://example.org/", "no tab has 'nowhere'"),
        ("b test", "https://example.org/", "several tabs have 'test'.*1 One, 2 Two"),
        ("help nonsense-thing", "https://example.org/", "there is no command :nonsense-thing"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_asked(
    line: str, url: str, words: str, registry: CommandRegistry, browser: RecordingBrowser
) -> None:
    browser.url = url
    with pytest.raises(CommandError, match=words):
        execute(line, registry, browser)
    assert browser.asked == []


def test_every_command_takes_exactly_the_parameters_that_it_declares(registry: CommandRegistry) -> None:
    for command in registry:
        expected = ["browser", *(parameter.name for parameter in command.parameters)]
        expected += ["count"] if command.takes_count else []
        assert list(inspect.signature(command.run).parameters) == expected, command.name


def test_every_command_is_explained_in_a_sentence(registry: CommandRegistry) -> None:
    for command in registry:
        for sentence in filter(None, (command.summary, command.note)):
            assert sentence[0].isupper() or sentence[0] == ":", command.name
            assert sentence.endswith("."), command.name


def test_every_default_key_runs_a_command_that_there_is(registry: CommandRegistry) -> None:
    keymap = Keymap()
    bound = [binding for mode in Mode for binding in keymap.bindings(mode)]
    assert len(bound) > 60
    assert [(binding.keys, wrong) for binding in bound if (wrong := check(binding.command, registry))] == []


def test_the_older_browsers_commands_and_keys_still_do_something(registry: CommandRegistry) -> None:
    for name in ["q", "quit", "w", "write", "wq", "help", "h", "e", "b", "bd", "bn", "bp", "N"]:
        assert name in registry, name
    keymap = Keymap()
    for key in [*":/soatxqrnpHL?", "<Space>", "<Esc>", "<F1>", "<F10>", "<C-t>", "<C-w>", "<C-r>", "<C-Tab>", "<C-u>"]:
        assert key in keymap.root(Mode.NORMAL).children, key
