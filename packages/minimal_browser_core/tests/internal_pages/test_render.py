import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minimal_browser_core.commands.command import Command
from minimal_browser_core.commands.parameters import Parameter, ParameterKind
from minimal_browser_core.commands.registry import CommandRegistry
from minimal_browser_core.copilot.tools.registry import tool_schemas
from minimal_browser_core.errors import ToolError
from minimal_browser_core.features.catalogue import all_commands
from minimal_browser_core.internal_pages.render import (
    Fact,
    render_bookmarks,
    render_conversation,
    render_conversations,
    render_error,
    render_forget,
    render_help,
    render_history,
    render_start,
    render_version,
)
from minimal_browser_core.internal_pages.routes import (
    AllVisits,
    DayVisits,
    LastHourVisits,
    PageVisits,
    SiteVisits,
    forget_url,
)
from minimal_browser_core.internal_pages.widgets import render_widget
from minimal_browser_core.keys.keymap import Keymap
from minimal_browser_core.keys.modes import Mode
from minimal_browser_core.storage.conversations import ConversationList, ConversationRow
from minimal_browser_core.storage.history import HistoryList, HistoryRow

WHEN = datetime(2026, 11, 23, 9, 5, tzinfo=UTC)
HOSTILE = (
    "</title></style><script>alert(1)</script><img src=x onerror=alert(1)>\"'><b onclick='x'>{{ 7*7 }}{% raw %}"
    "&lt;\0\x1b\u202eevil\ud800]]>--><!--"
)


class Document(HTMLParser):
    """What a browser would see: elements with attributes, and the text between them."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def links(self) -> list[str]:
        return [attributes.get("href") or "" for tag, attributes in self.elements if tag == "a"]

    def shape(self) -> list[tuple[str, list[str]]]:
        return [(tag, sorted(attributes)) for tag, attributes in self.elements]


@dataclass(frozen=True)
class StoredBookmark:
    id: int
    url: str
    title: str
    tags: tuple[str, ...] = ()
    note: str = ""
    keyword: str | None = None
    created_at: datetime = WHEN


def row(
    id: int = 7, text: str = "plain", url: str | None = "https://example.org/a", **kwargs: object
) -> ConversationRow:
    values: dict[str, object] = {"prompt": text, "response": text, "model": text, "tags": (text,), **kwargs}
    return ConversationRow(id=id, thread_id=1, when=WHEN, url=url, **values)  # type: ignore[arg-type]


def visit(text: str = "plain", url: str | None = None, **kwargs: object) -> HistoryRow:
    values: dict[str, object] = {"id": 7, "title": text, "when": WHEN, "visit_count": 3, **kwargs}
    return HistoryRow(url=f"https://h/{text}" if url is None else url, **values)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def registry() -> CommandRegistry:
    return all_commands()


def all_pages(text: str) -> dict[str, str]:
    """Every page with `text` in every place that takes text from outside."""
    registry = CommandRegistry()
    parameter = Parameter("x", ParameterKind.CHOICE, text, choices=(text,))
    registry.add(Command("name", lambda browser: None, text, text, (parameter,), (f"a{text}",), note=text))
    keymap = Keymap({Mode.NORMAL: {"a": "ask", "b": f"name {text}"}, Mode.INSERT: {"<Esc>": "normal"}})
    hit = row(
        text=text, url=f"https://h/{text}", snippet=text, highlights=((3, 40), (20, 60), (-5, 2), (5, 10_000), (9, 9))
    )
    bookmark = StoredBookmark(7, f"https://h/{text}", text, (text,), text, text)
    return {
        "start": render_start(keymap),
        "help": render_help(registry, keymap),
        "version": render_version(text, {text: [Fact(text, text, (text,))]}),
        "recent": render_conversations("", ConversationList((row(text=text),), text)),
        "found": render_conversations(text, ConversationList((hit,), text, complete=False)),
        "not found": render_conversations(text, ConversationList(())),
        "thread": render_conversation([row(text=text), row(8, text, url=text)]),
        "visited": render_history("", HistoryList((visit(text),), text), hint=text),
        "recalled": render_history(text, HistoryList((visit(text, snippet=text, highlights=((3, 40), (-5, 2))),))),
        "day": render_history("", HistoryList((visit(text),)), day=WHEN.date()),
        "no visits": render_history(text, HistoryList(()), hint=text),
        "forget page": render_forget(PageVisits(f"https://h/{text}")),
        "forget site": render_forget(SiteVisits(text)),
        "bookmarks": render_bookmarks(text, [bookmark, StoredBookmark(8, text, text)]),
        "no bookmarks": render_bookmarks(text, []),
        "error": render_error(text, text, text, text),
    }


@pytest.mark.parametrize("page", all_pages("x"))
def test_hostile_text_adds_no_element_and_no_attribute(page: str) -> None:
    tame, hostile = Document(all_pages("x" * len(HOSTILE))[page]), Document(all_pages(HOSTILE)[page])
    assert hostile.shape() == tame.shape()


@pytest.mark.parametrize("page", [page for page in all_pages("x") if page not in ("start", "recent", "day")])
def test_hostile_text_is_shown_as_text(page: str) -> None:
    in_host = "%3Cscript%3Ealert(1)%3C%2Fscript%3E"
    expected = in_host if page == "forget site" else "<script>alert(1)</script>"
    assert expected in Document(all_pages(HOSTILE)[page]).text


IMITATION = "https://\u0430\u0440\u0440\u04cf\u0435.com/"
"""Reads as apple.com, in Cyrillic letters."""


@pytest.mark.parametrize(
    "html",
    [
        render_bookmarks("", [StoredBookmark(7, IMITATION, "")]),
        render_conversations("", ConversationList((row(url=IMITATION),))),
        render_conversation([row(url=IMITATION)]),
        render_error(IMITATION, "Not there"),
        render_forget(PageVisits(IMITATION)),
        render_forget(SiteVisits("\u0430\u0440\u0440\u04cf\u0435.com")),
        render_history("", HistoryList((visit("", IMITATION),))),
        render_history("a", HistoryList((visit("", IMITATION, snippet=IMITATION, highlights=((8, 13),)),))),
    ],
    ids=["bookmarks", "conversations", "conversation", "error", "forget page", "forget site", "history", "found"],
)
def test_a_host_that_imitates_another_is_shown_in_ascii(html: str) -> None:
    text = Document(html).text
    assert "xn--80ak6aa92e.com" in text
    assert "\u0430\u0440\u0440" not in text


def test_an_address_is_shown_readable() -> None:
    url = "https://xn--bcher-kva.example/%C3%BC"
    assert "https://bücher.example/ü" in Document(render_error(url, "Not there")).text


@pytest.mark.parametrize("page", all_pages("x"))
def test_a_page_contains_no_script_no_handler_and_no_outside_resource(page: str) -> None:
    for tag, attributes in Document(all_pages(HOSTILE)[page]).elements:
        assert tag not in {"script", "iframe", "object", "embed", "link", "img", "base"}
        assert not any(name.startswith("on") or name in {"src", "srcdoc", "style"} for name in attributes)


@pytest.mark.parametrize("page", all_pages("x"))
def test_a_page_is_valid_utf_8_without_characters_that_html_forbids(page: str) -> None:
    assert re.search("[\0-\x08\x0b\x0c\x0e-\x1f\x7f]", all_pages(HOSTILE)[page].encode().decode()) is None


@settings(max_examples=30, deadline=None)
@given(st.text(st.characters(), max_size=40))
def test_any_text_leaves_every_page_in_shape(text: str) -> None:
    visible = f"x{text}y"
    for page, html in all_pages(visible).items():
        html.encode()
        assert sorted({tag for tag, _ in Document(html).elements}) == sorted(
            {tag for tag, _ in Document(all_pages("x" * len(visible))[page]).elements}
        )


def test_only_addresses_of_the_web_and_the_browser_become_links() -> None:
    scripts = ["javascript:alert(1)", " javascript:alert(1)", "JavaScript:alert(1)", "java\tscript:alert(1)"]
    for url in [*scripts, "data:text/html,x", "file:///etc/passwd", "https://[x", "//host/x", ""]:
        for html in (
            render_bookmarks("", [StoredBookmark(1, url, "title")]),
            render_conversation([row(url=url)]),
            render_conversations("", ConversationList((row(url=url),))),
            render_history("", HistoryList((visit(url=url),))),
        ):
            assert all(link.startswith("mb://") for link in Document(html).links()), url
    assert "https://ok.test/" in Document(render_bookmarks("", [StoredBookmark(1, "https://ok.test/", "t")])).links()
    assert "mb://help" in Document(render_bookmarks("", [StoredBookmark(1, "mb://help", "t")])).links()


@pytest.mark.parametrize("page", all_pages("x"))
def test_the_policy_of_a_page_allows_its_own_style_and_no_script(page: str) -> None:
    policy = policy_of(all_pages("x")[page])
    assert policy["default-src"] == "'none'"
    assert "script-src" not in policy
    assert policy["style-src"] == source_of(all_pages("x")[page], "style")


def policy_of(html: str) -> dict[str, str]:
    contents = [
        a.get("content") for tag, a in Document(html).elements if a.get("http-equiv") == "Content-Security-Policy"
    ]
    assert len(contents) == 1
    return dict(part.strip().split(" ", 1) for part in (contents[0] or "").split(";"))


def source_of(html: str, tag: str) -> str:
    from base64 import b64encode
    from hashlib import sha256

    inside = html[html.index(f"<{tag}>") + len(tag) + 2 : html.index(f"</{tag}>")]
    return f"'sha256-{b64encode(sha256(inside.encode()).digest()).decode()}'"


# -- what the pages say ------------------------------------------------------------------------------------------------


def test_the_start_page_shows_the_keys_that_are_bound(registry: CommandRegistry) -> None:
    page = Document(render_start(Keymap())).text
    assert "Space Ask" in page
    assert "o Open" in page
    assert "/ Find" in page
    assert "? Help" in page
    changed = Keymap.from_config({"normal": {"<Space>": "", "a": "", "<C-k>": "ask", "o": ""}})
    page = Document(render_start(changed)).text
    assert "Ctrl+K Ask" in page
    assert ":command-line open Open" in page


def test_the_help_page_lists_every_command_at_its_anchor_with_its_keys(registry: CommandRegistry) -> None:
    html = render_help(registry, Keymap())
    document = Document(html)
    anchors = [attributes["id"] for tag, attributes in document.elements if tag == "li" and "id" in attributes]
    assert anchors == [command.name for commands in registry.groups().values() for command in commands]
    for command in registry:
        assert command.summary in document.text
    assert ":tab-next J Ctrl+Tab" in document.text
    assert "Open an address, or search for words. :open" in document.text


def test_the_help_page_shows_a_key_of_the_settings(registry: CommandRegistry) -> None:
    keymap = Keymap.from_config({"normal": {"<C-S-x>": "tab-close", "Q": "unknown thing"}})
    assert "Ctrl+Shift+X" in Document(render_help(registry, keymap)).text


def test_conversations_are_listed_under_their_days_and_link_to_their_thread() -> None:
    rows = (row(9, prompt="Why?"), row(8, prompt="When?"))
    document = Document(render_conversations("", ConversationList(rows, "next one")))
    assert document.text.count("Monday, 23 November 2026") == 1
    assert "mb://conversations?id=9#e9" in document.links()
    assert "mb://conversations?cursor=next%20one" in document.links()
    assert "No. 9" in document.text


def test_matches_are_marked_at_the_offsets_of_the_store() -> None:
    hit = row(snippet="light through glass", highlights=((0, 5), (14, 19)))
    html = render_conversations("light glass", ConversationList((hit,), "c", complete=False))
    assert "<mark>light</mark> through <mark>glass</mark>" in html
    document = Document(html)
    assert "mb://conversations?q=light%20glass&cursor=c" in document.links()
    assert "very common" in document.text
    assert ("input", "light glass") in [(tag, attributes.get("value")) for tag, attributes in document.elements]


@pytest.mark.parametrize(
    ("highlights", "expected"),
    [
        (((2, 4), (3, 6)), "ab<mark>cd</mark><mark>ef</mark>gh"),
        (((6, 99),), "abcdef<mark>gh</mark>"),
        (((-4, 2),), "<mark>ab</mark>cdefgh"),
        (((5, 3), (9, 12)), "abcdefgh"),
        (((6, 7), (0, 1)), "<mark>a</mark>bcdef<mark>g</mark>h"),
    ],
)
def test_wrong_offsets_lose_no_text(highlights: tuple[tuple[int, int], ...], expected: str) -> None:
    assert expected in render_conversations("q", ConversationList((row(snippet="abcdefgh", highlights=highlights),)))


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (lambda: render_conversations("", ConversationList(())), "No conversations yet"),
        (lambda: render_conversations(" zebra ", ConversationList(())), "Nothing matches zebra"),
        (lambda: render_conversations("", ConversationList(()), cursor="c"), "No more conversations"),
        (lambda: render_history("", HistoryList(())), "No visits yet"),
        (lambda: render_history(" zebra ", HistoryList(())), "Nothing matches zebra"),
        (lambda: render_history("", HistoryList(()), cursor="c"), "No more pages"),
        (lambda: render_history("", HistoryList(()), day=WHEN.date()), "No visits on this day"),
        (lambda: render_bookmarks("", []), "No bookmarks yet"),
        (lambda: render_bookmarks("zebra", []), "Nothing matches zebra"),
    ],
)
def test_an_empty_page_says_what_to_do(page: Callable[[], str], words: str) -> None:
    assert words in Document(page()).text


def test_a_thread_shows_every_exchange_at_its_anchor_and_its_lines() -> None:
    html = render_conversation(
        [row(3, prompt="Why?", response="One.\n\n[action] Open it (denied)"), row(4, prompt="And?", response="")]
    )
    document = Document(html)
    assert [a["id"] for tag, a in document.elements if tag == "section"] == ["e3", "e4"]
    assert "One.\n\n[action] Open it (denied)" in html
    assert "(no answer)" in document.text


def test_answers_go_through_the_renderer_that_is_given() -> None:
    html = render_conversation(
        [row(response="**bold** <i>"), row(4, response="")], lambda text: f"<strong>{len(text)}</strong>"
    )
    assert "<strong>12</strong>" in html
    assert "<i>" not in html
    assert "(no answer)" in html


def test_visits_are_listed_under_their_days_and_each_can_be_forgotten() -> None:
    rows = (visit("First"), visit("Second", when=WHEN.replace(day=22)))
    document = Document(render_history("", HistoryList(rows, "next one"), hint="What is kept."))
    for words in ("Monday, 23 November 2026", "Sunday, 22 November 2026", "First", "3 visits", "What is kept."):
        assert words in document.text
    for link in (
        "https://h/First",
        "mb://history?day=2026-11-22",
        "mb://history?forget=day&day=2026-11-22",
        "mb://history?forget=page&url=https%3A%2F%2Fh%2FSecond",
        "mb://history?forget=all",
        "mb://history?cursor=next%20one",
    ):
        assert link in document.links()


def test_matching_words_are_marked_unless_the_title_shows_them() -> None:
    hit = visit("Zoo", snippet="the wombat digs", highlights=((4, 10),))
    assert "the <mark>wombat</mark> digs" in render_history("wombat", HistoryList((hit,)))
    titled = visit("Wombat", snippet="Wombat", highlights=((0, 6),))
    assert "<mark>" not in render_history("wombat", HistoryList((titled,)))


def test_only_a_posted_form_forgets_anything() -> None:
    selections = (PageVisits("https://a.test/"), SiteVisits("a.test"), DayVisits(WHEN.date()), LastHourVisits())
    for visits in (*selections, AllVisits()):
        elements = Document(render_forget(visits)).elements
        (form,) = [attributes for tag, attributes in elements if tag == "form"]
        assert form["method"] == "post"
        assert form["action"] == forget_url(visits)
        assert forget_url(visits) not in Document(render_forget(visits)).links()


def test_bookmarks_show_what_was_stored() -> None:
    bookmark = StoredBookmark(3, "https://a.test/x", "A title", ("red & green",), "A note", "kw")
    document = Document(render_bookmarks("", [bookmark]))
    for words in ("A title", "https://a.test/x", "A note", "kw", "No. 3", "red & green"):
        assert words in document.text
    assert "mb://bookmarks?q=red%20%26%20green" in document.links()


def test_the_version_page_says_why() -> None:
    facts = {"Backends": [Fact("Storage", "python", ("rust: not installed", "chosen by auto"))]}
    text = Document(render_version("0.1.0", facts)).text
    assert "Backends Storage python rust: not installed chosen by auto" in text


def test_an_error_page_says_what_happened_to_what_and_what_to_do() -> None:
    document = Document(render_error("https://x.test/", "Not found", "No such host.", "Check the name."))
    for words in ("https://x.test/", "Not found", "No such host.", "Check the name."):
        assert words in document.text


# -- widgets -----------------------------------------------------------------------------------------------------------

WIDGETS = ("calculator", "todo", "timer", "notes", "card")


@pytest.mark.parametrize("widget", WIDGETS)
def test_a_widget_contains_all_it_needs_and_its_policy_allows_nothing_else(widget: str) -> None:
    html = render_widget(widget)
    policy = policy_of(html)
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == source_of(html, "script")
    assert policy["style-src"] == source_of(html, "style")
    assert not any("src" in attributes or tag == "link" for tag, attributes in Document(html).elements)


@pytest.mark.parametrize("widget", WIDGETS)
def test_the_title_of_a_widget_is_only_text(widget: str) -> None:
    tame, hostile = Document(render_widget(widget, "dark", "x")), Document(render_widget(widget, "dark", HOSTILE))
    assert hostile.shape() == tame.shape()
    assert "<script>alert(1)</script>" in hostile.text


@pytest.mark.parametrize("theme", ["auto", "light", "dark"])
def test_a_widget_takes_its_theme_and_a_title_of_its_own(theme: str) -> None:
    html = render_widget("todo", theme)
    assert f'data-theme="{theme}"' in html
    assert "<title>To do</title>" in html
    assert "<title>Shopping</title>" in render_widget("todo", theme, " Shopping ")


@pytest.mark.parametrize(("widget", "theme"), [("weather", "auto"), ("todo", "pink"), ("../base", "auto"), ("", "")])
def test_a_widget_or_theme_that_there_is_not_is_refused_in_words(widget: str, theme: str) -> None:
    with pytest.raises(ToolError, match=r"There is no (widget|theme) .* Choose one of"):
        render_widget(widget, theme)


def test_every_widget_that_a_model_can_ask_for_is_there() -> None:
    schema = next(tool["function"] for tool in tool_schemas() if tool["function"]["name"] == "webapp")
    offered = schema["parameters"]["properties"]
    for widget in offered["widget_type"]["enum"]:
        for theme in offered["theme"]["enum"]:
            assert render_widget(widget, theme)


def test_an_answer_in_the_list_of_conversations_reads_without_its_markdown() -> None:
    answer = "# Found\n\n> **[1]** It was `lit` in 1868.\n\n- one\n1. two: 3 * 4"
    row = ConversationRow(1, 1, WHEN, "when?", answer, "model", None, ())
    page = render_conversations("", ConversationList((row,)))
    assert "Found [1] It was lit in 1868. one two: 3 * 4" in Document(page).text
