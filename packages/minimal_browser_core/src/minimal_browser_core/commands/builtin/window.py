"""The window: its modes, its command line, help, the end."""

from minimal_browser_core.commands.registry import Command, CommandRegistry, Completion, Parameter, ParameterKind
from minimal_browser_core.internal_pages.routes import page_url
from minimal_browser_core.keys.modes import Mode
from minimal_browser_core.ports.browser import Browser

_TEXT = Parameter("text", ParameterKind.TEXT, "what the line begins with", optional=True)
_TOPIC = Parameter("topic", ParameterKind.WORD, "the name of a command", optional=True, completion=Completion.COMMAND)


def _command_line(browser: Browser, text: str | None, count: int | None) -> None:
    start = "" if count is None else str(count)
    browser.show_command_line(":", f"{start}{text} " if text else start)


def _normal(browser: Browser) -> None:
    browser.set_mode(Mode.NORMAL)


def _insert(browser: Browser) -> None:
    browser.set_mode(Mode.INSERT)


def _passthrough(browser: Browser) -> None:
    browser.set_mode(Mode.PASSTHROUGH)


def _clear(browser: Browser) -> None:
    browser.clear_find()
    browser.set_mode(Mode.NORMAL)


def _fullscreen(browser: Browser) -> None:
    browser.toggle_fullscreen()


def _devtools(browser: Browser) -> None:
    browser.toggle_devtools()


def _version(browser: Browser) -> None:
    browser.open_page(page_url("version"))


def _quit(browser: Browser) -> None:
    browser.quit()


_GROUP = "Window"


def commands(registry: CommandRegistry) -> tuple[Command, ...]:
    """`registry` is what `:help` looks its topics up in."""

    def _help(browser: Browser, topic: str | None) -> None:
        url = page_url("help")
        browser.open_page(f"{url}#{registry.find(topic.removeprefix(':')).name}" if topic else url)

    return (
        Command(
            "command-line",
            _command_line,
            "Open the command line.",
            _GROUP,
            (_TEXT,),
            takes_count=True,
            note="A count stands at its beginning.",
        ),
        Command("normal", _normal, "Leave what you are typing in: keys are commands again.", _GROUP),
        Command("insert", _insert, "Type into the page.", _GROUP),
        Command("passthrough", _passthrough, "Give the page every key, but the one that comes back.", _GROUP),
        Command("clear", _clear, "Take the highlights of a search off.", _GROUP, (), ("noh", "nohlsearch")),
        Command("fullscreen", _fullscreen, "Fill the screen, or stop it.", _GROUP),
        Command("devtools", _devtools, "Show or hide the developer tools.", _GROUP, (), ("inspect",)),
        Command("help", _help, "Show this help, at a command where one is named.", _GROUP, (_TOPIC,), ("h",)),
        Command("version", _version, "Show what runs here, and why.", _GROUP, (), ("ve",)),
        Command(
            "quit",
            _quit,
            "Close the window and end the browser.",
            _GROUP,
            (),
            ("q", "qa", "qall", "wq", "x", "exit"),
            note="Bookmarks and conversations are stored as they are made: there is nothing to lose.",
        ),
    )
