"""Tabs, numbered from 1 as a person counts them."""

from minimal_browser_core.commands.builtin.pages import current_page
from minimal_browser_core.commands.registry import Command, Completion, Parameter, ParameterKind
from minimal_browser_core.errors import CommandError
from minimal_browser_core.ports.browser import Browser, OpenTarget, TabInfo

_WHICH = Parameter(
    "which",
    ParameterKind.TEXT,
    "a tab's number (-1 is the last), or a part of its title or address; without it, choose from the list",
    optional=True,
    completion=Completion.TAB,
)
_NUMBER = Parameter("number", ParameterKind.INTEGER, "a tab's number, the current one where left out", optional=True)
_STEPS = Parameter("steps", ParameterKind.INTEGER, "how far to the right, to the left where negative")


def _new(browser: Browser) -> None:
    browser.new_tab()


def _close(browser: Browser, number: int | None, count: int | None) -> None:
    browser.close_tab(count if number is None else number)


def _only(browser: Browser) -> None:
    for tab in sorted(browser.tabs(), key=lambda tab: tab.number, reverse=True):
        if not tab.current:
            browser.close_tab(tab.number)


def _undo(browser: Browser, count: int | None) -> None:
    for _ in range(min(count or 1, 100)):
        browser.undo_close()


def _select(browser: Browser, which: str | None, count: int | None) -> None:
    if count is not None:
        browser.select_tab(count)
    elif which is None:
        browser.show_command_line(":", "tab ")
    elif which.removeprefix("-").isascii() and which.removeprefix("-").isdigit() and len(which) < 10:
        browser.select_tab(int(which))
    else:
        browser.select_tab(_matching(browser, which).number)


def _matching(browser: Browser, text: str) -> TabInfo:
    wanted = text.casefold()
    found = [tab for tab in browser.tabs() if wanted in tab.title.casefold() or wanted in tab.url.casefold()]
    if not found:
        raise CommandError(f"no tab has {text!r} in its title or address")
    if len(found) > 1:
        several = ", ".join(f"{tab.number} {tab.title or tab.url}" for tab in found[:5])
        raise CommandError(f"several tabs have {text!r} in their title or address: {several}")
    return found[0]


def _next(browser: Browser, count: int | None) -> None:
    browser.cycle_tab(count or 1)


def _previous(browser: Browser, count: int | None) -> None:
    browser.cycle_tab(-(count or 1))


def _goto(browser: Browser, count: int | None) -> None:
    if count is None:
        browser.cycle_tab(1)
    else:
        browser.select_tab(count)


def _move(browser: Browser, steps: int, count: int | None) -> None:
    browser.move_tab(steps * (count or 1))


def _duplicate(browser: Browser) -> None:
    browser.open(current_page(browser), OpenTarget.TAB)


_GROUP = "Tabs"

COMMANDS = (
    Command("tab-new", _new, "Open the start page in a new tab.", _GROUP, (), ("tabnew",)),
    Command(
        "tab-close",
        _close,
        "Close a tab.",
        _GROUP,
        (_NUMBER,),
        ("close-tab", "close", "bd", "bdelete", "tabclose"),
        takes_count=True,
        note="A count is the tab's number.",
    ),
    Command("tab-only", _only, "Close all tabs but this one.", _GROUP, (), ("only", "tabonly")),
    Command("undo", _undo, "Open the tab closed last again.", _GROUP, (), ("u",), takes_count=True),
    Command(
        "tab",
        _select,
        "Go to a tab.",
        _GROUP,
        (_WHICH,),
        ("b", "buffer", "ls"),
        takes_count=True,
        note="A number alone does the same: :3 goes to the third tab. :b listed buffers in the older browser.",
    ),
    Command("tab-next", _next, "Go to the tab on the right.", _GROUP, (), ("bn", "bnext", "tabnext"), takes_count=True),
    Command(
        "tab-previous",
        _previous,
        "Go to the tab on the left.",
        _GROUP,
        (),
        ("bp", "bprevious", "tabprevious", "N"),
        takes_count=True,
    ),
    Command(
        "tab-goto", _goto, "Go to the tab on the right, or to that of the count, as vim's gt.", _GROUP, takes_count=True
    ),
    Command("tab-move", _move, "Move this tab.", _GROUP, (_STEPS,), ("tabmove",), takes_count=True),
    Command("tab-duplicate", _duplicate, "Open this page in a second tab.", _GROUP),
)
