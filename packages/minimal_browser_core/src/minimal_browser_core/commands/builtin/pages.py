"""Opening pages and going through them."""

from urllib.parse import SplitResult, urlsplit, urlunsplit

from minimal_browser_core.commands.registry import Command, Completion, Parameter, ParameterKind
from minimal_browser_core.errors import CommandError
from minimal_browser_core.ports.browser import Browser, OpenTarget

_WHERE = Parameter(
    "where",
    ParameterKind.CHOICE,
    "where the page opens: here, in a new tab, or in a new tab behind this one",
    optional=True,
    choices=tuple(target.value for target in OpenTarget),
)
_ADDRESS = Parameter("address", ParameterKind.TEXT, "an address, or words to search for", completion=Completion.ADDRESS)
_WORDS = Parameter("words", ParameterKind.TEXT, "what to search for")


def _target(where: str | None) -> OpenTarget:
    return OpenTarget(where) if where else OpenTarget.CURRENT


def current_page(browser: Browser) -> str:
    """The address of the current page; CommandError where there is none."""
    url = browser.current_url()
    if not url:
        raise CommandError("no page is open in this tab")
    return url


def _open(browser: Browser, address: str) -> None:
    browser.open(address)


def _tab_open(browser: Browser, address: str) -> None:
    browser.open(address, OpenTarget.TAB)


def _background_open(browser: Browser, address: str) -> None:
    browser.open(address, OpenTarget.BACKGROUND_TAB)


def _search(browser: Browser, words: str) -> None:
    browser.search(words)


def _edit_url(browser: Browser, where: str | None) -> None:
    name = {OpenTarget.CURRENT: "open", OpenTarget.TAB: "tabopen", OpenTarget.BACKGROUND_TAB: "bgopen"}[_target(where)]
    browser.show_command_line(":", f"{name} {browser.current_url()}")


def _paste(browser: Browser, where: str | None) -> None:
    text = " ".join(browser.clipboard_text().split())
    if not text:
        raise CommandError("the clipboard holds no text")
    browser.open(text, _target(where))


def _start(browser: Browser) -> None:
    browser.open("mb://start")


def _back(browser: Browser, count: int | None) -> None:
    browser.back(count or 1)


def _forward(browser: Browser, count: int | None) -> None:
    browser.forward(count or 1)


def _reload(browser: Browser) -> None:
    browser.reload()


def _hard_reload(browser: Browser) -> None:
    browser.reload(bypass_cache=True)


def _stop(browser: Browser) -> None:
    browser.stop()


def _up(browser: Browser, count: int | None) -> None:
    url = current_page(browser)
    parts = _with_host(url)
    folders = parts.path.rstrip("/").split("/")[:-1]
    if parts.path.strip("/") == "" and not parts.query:
        raise CommandError(f"there is nothing above {url}")
    kept = folders[: max(1, len(folders) - (count or 1) + 1)]
    browser.open(urlunsplit((parts.scheme, parts.netloc, "/".join(kept) + "/", "", "")))


def _root(browser: Browser) -> None:
    parts = _with_host(current_page(browser))
    browser.open(urlunsplit((parts.scheme, parts.netloc, "/", "", "")))


def _with_host(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise CommandError(f"only a web page has a page above it, and this is {url}")
    return parts


def _source(browser: Browser) -> None:
    current_page(browser)
    browser.view_source()


def _yank_url(browser: Browser) -> None:
    browser.yank(current_page(browser))


def _yank_title(browser: Browser) -> None:
    current_page(browser)
    browser.yank(browser.current_title())


def _hint(browser: Browser, where: str | None) -> None:
    browser.follow_hints(_target(where))


_GROUP = "Pages"

COMMANDS = (
    Command("open", _open, "Open an address, or search for words.", _GROUP, (_ADDRESS,), ("o", "e", "edit")),
    Command("tabopen", _tab_open, "As :open, in a new tab.", _GROUP, (_ADDRESS,), ("t", "tabedit")),
    Command("bgopen", _background_open, "As :open, in a new tab behind this one.", _GROUP, (_ADDRESS,)),
    Command("search", _search, "Search the web, even for what looks like an address.", _GROUP, (_WORDS,), ("s",)),
    Command("edit-url", _edit_url, "Type on from the current address.", _GROUP, (_WHERE,)),
    Command("paste", _paste, "Open what the clipboard holds.", _GROUP, (_WHERE,)),
    Command("start", _start, "Go to the start page.", _GROUP, (), ("home",)),
    Command("back", _back, "Go back in this tab's history.", _GROUP, takes_count=True),
    Command("forward", _forward, "Go forward in this tab's history.", _GROUP, takes_count=True),
    Command("reload", _reload, "Load the page again.", _GROUP),
    Command("hard-reload", _hard_reload, "Load the page again, past the cache.", _GROUP),
    Command("stop", _stop, "Stop loading.", _GROUP),
    Command("up", _up, "Go up one folder of the address.", _GROUP, takes_count=True),
    Command("root", _root, "Go to the top of the site.", _GROUP),
    Command("hint", _hint, "Label the links in view: type a label to follow its link.", _GROUP, (_WHERE,)),
    Command("source", _source, "Show the page's source.", _GROUP, (), ("view-source",)),
    Command("yank-url", _yank_url, "Copy the page's address.", _GROUP, (), ("yank",)),
    Command("yank-title", _yank_title, "Copy the page's title.", _GROUP),
)
