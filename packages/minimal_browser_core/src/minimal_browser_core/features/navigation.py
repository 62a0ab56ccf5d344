"""Opening pages, and moving through a tab's history."""

from typing import Protocol
from urllib.parse import SplitResult, urlsplit, urlunsplit

from minimal_browser_core.commands.command import command
from minimal_browser_core.commands.parameters import Address, Count, Text
from minimal_browser_core.errors import CommandError
from minimal_browser_core.hosts.display import editable_url
from minimal_browser_core.window import CommandLine, CurrentPage, OpenTarget, current_address


class Navigation(Protocol):
    """Loads pages into the window's tabs."""

    def open(self, target: str, where: OpenTarget = OpenTarget.CURRENT) -> None:
        """Open what the user typed: a URL (`mb://` included), a host, a path, or words for the search engine."""

    def search(self, words: str, where: OpenTarget = OpenTarget.CURRENT) -> None:
        """Search the web for `words`, even if they look like a URL."""

    def reload(self, *, bypass_cache: bool = False) -> None:
        """Load the current page again."""

    def stop(self) -> None:
        """Stop loading the current page."""

    def back(self, count: int = 1) -> None:
        """Go back `count` pages, or as far as possible; CommandError if there is no earlier page."""

    def forward(self, count: int = 1) -> None:
        """Go forward `count` pages, or as far as possible; CommandError if there is no later page."""

    def view_source(self) -> None:
        """Show the source of the current page in a new tab."""


class Browser(Protocol):
    """What these commands need from the window."""

    @property
    def navigation(self) -> Navigation: ...
    @property
    def page(self) -> CurrentPage: ...
    @property
    def command_line(self) -> CommandLine: ...


@command(group="Pages", aliases=("o", "e", "edit"))
def open_(browser: Browser, address: Address, *, where: OpenTarget = OpenTarget.CURRENT) -> None:
    """Open an address, or search for words.

    address: an address, or words to search for
    where: where the page opens
    """
    browser.navigation.open(address, where)


@command(group="Pages", aliases=("t", "tabedit"))
def tabopen(browser: Browser, address: Address) -> None:
    """Like :open, in a new tab.

    address: an address, or words to search for
    """
    browser.navigation.open(address, OpenTarget.TAB)


@command(group="Pages")
def bgopen(browser: Browser, address: Address) -> None:
    """Like :open, in a new tab behind this one.

    address: an address, or words to search for
    """
    browser.navigation.open(address, OpenTarget.BACKGROUND_TAB)


@command(group="Pages", aliases=("s",))
def search(browser: Browser, words: Text, *, where: OpenTarget = OpenTarget.CURRENT) -> None:
    """Search the web, even for words that look like an address.

    words: what to search for
    where: where the results open
    """
    browser.navigation.search(words, where)


@command(group="Pages")
def edit_url(browser: Browser, where: OpenTarget = OpenTarget.CURRENT) -> None:
    """Open the command line with the current address in it.

    where: where the edited address opens
    """
    commands = {OpenTarget.CURRENT: "open", OpenTarget.TAB: "tabopen", OpenTarget.BACKGROUND_TAB: "bgopen"}
    line = commands.get(where, f"open --{where.value}")
    browser.command_line.open(":", f"{line} {editable_url(browser.page.url())}")


@command(group="Pages", aliases=("home",))
def start(browser: Browser) -> None:
    """Go to the start page."""
    browser.navigation.open("mb://start")


@command(group="Pages")
def back(browser: Browser, *, count: Count = None) -> None:
    """Go back in this tab's history."""
    browser.navigation.back(count or 1)


@command(group="Pages")
def forward(browser: Browser, *, count: Count = None) -> None:
    """Go forward in this tab's history."""
    browser.navigation.forward(count or 1)


@command(group="Pages")
def reload(browser: Browser) -> None:
    """Load the page again."""
    browser.navigation.reload()


@command(group="Pages")
def hard_reload(browser: Browser) -> None:
    """Load the page again without using the cache."""
    browser.navigation.reload(bypass_cache=True)


@command(group="Pages")
def stop(browser: Browser) -> None:
    """Stop loading."""
    browser.navigation.stop()


@command(group="Pages")
def up(browser: Browser, *, count: Count = None) -> None:
    """Go up one folder of the address."""
    url = current_address(browser.page)
    parts = _split_web_address(url)
    if parts.path.strip("/") == "" and not parts.query:
        raise CommandError(f"There is nothing above {url}, which is the top of its site.")
    folders = parts.path.rstrip("/").split("/")[:-1]
    remaining = folders[: max(1, len(folders) - (count or 1) + 1)]
    browser.navigation.open(urlunsplit((parts.scheme, parts.netloc, "/".join(remaining) + "/", "", "")))


@command(group="Pages")
def root(browser: Browser) -> None:
    """Go to the top of the site."""
    parts = _split_web_address(current_address(browser.page))
    browser.navigation.open(urlunsplit((parts.scheme, parts.netloc, "/", "", "")))


@command(group="Pages", aliases=("view-source",))
def source(browser: Browser) -> None:
    """Show the page's source."""
    current_address(browser.page)
    browser.navigation.view_source()


def _split_web_address(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise CommandError(f"Only a web page has a page above it, and this is {url}.")
    return parts
