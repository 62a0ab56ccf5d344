"""The pages that the browser brings with it: `mb://…` and the copilot's small applications, as HTML in strings."""

from minimal_browser_core.pages.address import (
    PAGES,
    BookmarksPage,
    ConversationPage,
    ConversationsPage,
    HelpPage,
    PageAddress,
    PageAddressError,
    StartPage,
    VersionPage,
    page_url,
    parse_address,
)
from minimal_browser_core.pages.render import (
    Fact,
    render_bookmarks,
    render_conversation,
    render_conversations,
    render_error,
    render_help,
    render_start,
    render_version,
)
from minimal_browser_core.pages.widgets import render_widget

__all__ = [
    "PAGES",
    "BookmarksPage",
    "ConversationPage",
    "ConversationsPage",
    "Fact",
    "HelpPage",
    "PageAddress",
    "PageAddressError",
    "StartPage",
    "VersionPage",
    "page_url",
    "parse_address",
    "render_bookmarks",
    "render_conversation",
    "render_conversations",
    "render_error",
    "render_help",
    "render_start",
    "render_version",
    "render_widget",
]
