"""What is kept: bookmarks and conversations."""

from minimal_browser_core.commands.builtin.pages import current_page
from minimal_browser_core.commands.registry import Command, Completion, Parameter, ParameterKind
from minimal_browser_core.pages.address import page_url
from minimal_browser_core.ports.browser import Browser

_TAGS = Parameter("tags", ParameterKind.WORDS, "words to find it by", optional=True, completion=Completion.TAG)
_QUERY = Parameter("query", ParameterKind.TEXT, "words to look for; all, newest first, where left out", optional=True)
_ID = Parameter("id", ParameterKind.INTEGER, "the number that the page shows")


def _bookmark(browser: Browser, tags: tuple[str, ...]) -> None:
    url = current_page(browser)
    browser.add_bookmark(url, browser.current_title() or url, tags)


def _bookmarks(browser: Browser, query: str | None) -> None:
    browser.open_page(page_url("bookmarks", q=query))


def _delete_bookmark(browser: Browser, id: int) -> None:
    browser.remove_bookmark(id)


def _conversations(browser: Browser, query: str | None) -> None:
    browser.open_page(page_url("conversations", q=query))


def _delete_conversation(browser: Browser, id: int) -> None:
    browser.delete_conversation(id)


_GROUP = "Bookmarks and conversations"

COMMANDS = (
    Command(
        "bookmark",
        _bookmark,
        "Keep this page among the bookmarks.",
        _GROUP,
        (_TAGS,),
        ("w", "write"),
        note="There is nothing else to write: conversations are stored as they happen.",
    ),
    Command("bookmarks", _bookmarks, "Show the bookmarks, or those that match.", _GROUP, (_QUERY,)),
    Command("bookmark-delete", _delete_bookmark, "Delete a bookmark.", _GROUP, (_ID,)),
    Command("conversations", _conversations, "Show what was asked and answered, or what matches.", _GROUP, (_QUERY,)),
    Command("conversation-delete", _delete_conversation, "Delete one exchange.", _GROUP, (_ID,)),
)
