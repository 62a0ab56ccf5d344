"""Moving about a page: scrolling, finding, zooming."""

from minimal_browser_core.commands.registry import Command, Parameter, ParameterKind
from minimal_browser_core.errors import CommandError
from minimal_browser_core.ports.browser import Browser

_STEPS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}

_DIRECTION = Parameter("direction", ParameterKind.CHOICE, "which way", choices=tuple(_STEPS))
_PAGES = Parameter("pages", ParameterKind.NUMBER, "how many heights of the view, upwards where negative")
_PERCENT = Parameter("percent", ParameterKind.NUMBER, "0 for the top of the page to 100 for its end")
_TEXT = Parameter("text", ParameterKind.TEXT, "what to find; without it, type it as you go", optional=True)
_ZOOM = Parameter("percent", ParameterKind.INTEGER, "25 to 500, 100 where left out", optional=True)


def _scroll(browser: Browser, direction: str, count: int | None) -> None:
    columns, lines = _STEPS[direction]
    browser.scroll_by(columns * (count or 1), lines * (count or 1))


def _scroll_page(browser: Browser, pages: float, count: int | None) -> None:
    browser.scroll_page(pages * (count or 1))


def _scroll_to(browser: Browser, percent: float, count: int | None) -> None:
    browser.scroll_to(_within(percent if count is None else count, 0, 100))


def _within(value: float, low: float, high: float) -> float:
    if not low <= value <= high:
        raise CommandError(f"percent goes from {low} to {high}, not {value:g}")
    return value


def _find(browser: Browser, text: str | None) -> None:
    if text:
        browser.find(text)
    else:
        browser.show_command_line("/")


def _find_back(browser: Browser, text: str | None) -> None:
    if text:
        browser.find(text, backwards=True)
    else:
        browser.show_command_line("?")


def _find_next(browser: Browser, count: int | None) -> None:
    browser.find_next(count or 1)


def _find_previous(browser: Browser, count: int | None) -> None:
    browser.find_next(count or 1, backwards=True)


def _zoom_in(browser: Browser, count: int | None) -> None:
    browser.zoom_by(count or 1)


def _zoom_out(browser: Browser, count: int | None) -> None:
    browser.zoom_by(-(count or 1))


def _zoom(browser: Browser, percent: int | None, count: int | None) -> None:
    chosen = count if count is not None else 100 if percent is None else percent
    browser.zoom_to(int(_within(chosen, 25, 500)))


_GROUP = "Moving about"

COMMANDS = (
    Command("scroll", _scroll, "Scroll by a line.", _GROUP, (_DIRECTION,), takes_count=True),
    Command("scroll-page", _scroll_page, "Scroll by heights of the view.", _GROUP, (_PAGES,), takes_count=True),
    Command(
        "scroll-to",
        _scroll_to,
        "Go to a place in the page.",
        _GROUP,
        (_PERCENT,),
        takes_count=True,
        note="A count is the percentage: 50G goes to the middle.",
    ),
    Command("find", _find, "Find text in the page.", _GROUP, (_TEXT,)),
    Command("find-back", _find_back, "Find text in the page, upwards.", _GROUP, (_TEXT,)),
    Command("find-next", _find_next, "Go to the next match.", _GROUP, takes_count=True),
    Command("find-previous", _find_previous, "Go to the match before.", _GROUP, takes_count=True),
    Command(
        "zoom",
        _zoom,
        "Set the size of the page.",
        _GROUP,
        (_ZOOM,),
        takes_count=True,
        note="A count is the percentage.",
    ),
    Command("zoom-in", _zoom_in, "Make the page larger.", _GROUP, takes_count=True),
    Command("zoom-out", _zoom_out, "Make the page smaller.", _GROUP, takes_count=True),
)
