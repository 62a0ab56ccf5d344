"""What is kept: bookmarks, visited pages and conversations."""

import re
from datetime import date

from minimal_browser_core.commands.builtin.pages import current_page
from minimal_browser_core.commands.registry import Command, Completion, Parameter, ParameterKind
from minimal_browser_core.internal_pages.routes import (
    AllOfIt,
    Forgettable,
    TheDay,
    TheLastHour,
    ThePage,
    TheSite,
    forget_url,
    page_url,
)
from minimal_browser_core.ports.browser import Browser, Importable
from minimal_browser_core.urls import as_url

_TAGS = Parameter("tags", ParameterKind.WORDS, "words to find it by", optional=True, completion=Completion.TAG)
_QUERY = Parameter("query", ParameterKind.TEXT, "words to look for; all, newest first, where left out", optional=True)
_HOW_MUCH = Parameter("what", ParameterKind.CHOICE, "how much", optional=True, choices=("hour", "today", "all"))
_FORGOTTEN = Parameter(
    "address",
    ParameterKind.TEXT,
    "the address of a page, or a host; this page where left out",
    optional=True,
    completion=Completion.ADDRESS,
)
_WHAT = Parameter(
    "what", ParameterKind.CHOICE, "what the file holds", choices=("bookmarks", "conversations", "history")
)
_FILE = Parameter("file", ParameterKind.WORD, "its path, in quotes where it holds blanks")
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


def _continue_conversation(browser: Browser, id: int) -> None:
    browser.continue_conversation(id)


def _history(browser: Browser, query: str | None) -> None:
    words = (query or "").split()
    if words[:1] == ["clear"] and (len(words) == 1 or words[1:] in (["hour"], ["today"], ["all"])):
        _clear_history(browser, words[1] if len(words) > 1 else None)
    else:
        browser.open_page(page_url("history", q=query))


def _clear_history(browser: Browser, what: str | None) -> None:
    amounts: dict[str | None, Forgettable] = {"hour": TheLastHour(), "today": TheDay(date.today())}
    browser.open_page(forget_url(amounts.get(what, AllOfIt())))


def _delete_history(browser: Browser, address: str | None) -> None:
    text = (address or current_page(browser)).strip()
    is_host = _HOST.fullmatch(text) is not None
    browser.open_page(forget_url(TheSite(text.lower()) if is_host else ThePage(as_url(text) or text)))


def _import(browser: Browser, what: Importable, file: str) -> None:
    browser.import_file(what, file)


_HOST = re.compile(r"[\w-]+(\.[\w-]+)*")

_GROUP = "Bookmarks, history and conversations"

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
    Command(
        "history",
        _history,
        "Show the pages that you visited, or find one again by its words.",
        _GROUP,
        (_QUERY,),
        ("recall",),
        note=":history clear is :history-clear. Words of a page's text are found where the settings have "
        "history.page_text = true.",
    ),
    Command(
        "history-clear",
        _clear_history,
        "Forget visited pages: of the last hour, of today, or, if nothing is named, all. Asks first.",
        _GROUP,
        (_HOW_MUCH,),
    ),
    Command(
        "history-delete",
        _delete_history,
        "Forget a page, or a site and all below it where only a host is named. Asks first.",
        _GROUP,
        (_FORGOTTEN,),
    ),
    Command("conversations", _conversations, "Show what was asked and answered, or what matches.", _GROUP, (_QUERY,)),
    Command(
        "import",
        _import,
        "Take bookmarks, conversations or visited pages in from a file.",
        _GROUP,
        (_WHAT, _FILE),
        note="Bookmarks: HTML as browsers export it, or the older browser's bookmarks.json. Conversations: JSON, JSON "
        "Lines, exports of ChatGPT, Claude and others. History: the older browser's history.db. None is taken twice.",
    ),
    Command(
        "conversation-continue", _continue_conversation, "Take a conversation up again where it ended.", _GROUP, (_ID,)
    ),
    Command("conversation-delete", _delete_conversation, "Delete one exchange.", _GROUP, (_ID,)),
)
