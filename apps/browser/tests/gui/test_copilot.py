"""Questions and answers in the panel, with the fake provider and with the offline default."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QLabel

from minimal_browser.copilot.action_card import ActionCard
from minimal_browser_core.copilot.prompts import system_prompt
from minimal_browser_core.keys.modes import Mode
from minimal_browser_core.storage.port import ConversationStore
from minimal_browser_core.testing.fake_server import (
    Answer,
    Data,
    Error,
    FakeServer,
    Hang,
    Pause,
    Stream,
    ToolCall,
    chunk,
)

PAGE = """<title>Cape Orrin</title><h1>The lighthouse</h1>
<p>Margaret Alder built the lighthouse at Cape Orrin in 1868.</p><div style="height:3000px"></div>"""


@pytest.fixture
def provider() -> Iterator[FakeServer]:
    with FakeServer() as server:
        yield server


@pytest.fixture
def browser(start: Any, site: Any, provider: FakeServer) -> Any:
    return start(site.add("/", PAGE), base_url=provider.base_url)


def ask(browser: Any, question: str) -> None:
    if browser.mode is Mode.NORMAL:
        browser.keys("<Space>")
    browser.type(question)
    browser.keys("<CR>")


def answered(browser: Any) -> str:
    return "".join(answer.markdown for answer in browser.browser.copilot.panel().answers())


def shown(browser: Any) -> str:
    return "".join(answer.toPlainText() for answer in browser.browser.copilot.panel().answers())


def cards(panel: Any) -> list[ActionCard]:
    return [widget for widget in panel.transcript.widgets() if isinstance(widget, ActionCard)]


def notes(panel: Any) -> list[str]:
    labels = [widget for widget in panel.transcript.widgets() if widget.objectName() in ("note", "failure")]
    return [label.text() for label in labels if label.text() != "Thinking…"]


def stored(browser: Any) -> list[tuple[str, str]]:
    """Through the browser's own store: a file belongs to one SQLite a process."""
    return rows(browser.application.parts.background.stores().need_conversations())


def rows(store: ConversationStore) -> list[tuple[str, str]]:
    return [(found.prompt, found.response) for found in store.recent().conversations]


def call(name: str, **arguments: Any) -> ToolCall:
    return ToolCall(name, json.dumps(arguments))


def test_the_question_goes_out_with_the_page_and_the_answer_streams_in(browser: Any, provider: FakeServer) -> None:
    provider.script.append(Answer(("It was **Margaret", " Alder**."), delay=0.01))
    ask(browser, "Who built it?")
    browser.until(lambda: shown(browser) == "It was Margaret Alder.")
    sent = provider.requests[-1].json["messages"][-1]["content"]
    assert "Margaret Alder built the lighthouse" in sent
    assert "Who built it?" in sent


def test_an_answer_is_stored_and_found_on_the_conversations_page(browser: Any, provider: FakeServer) -> None:
    provider.script.append(Answer(("In 1868.",)))
    ask(browser, "When was it built?")
    browser.until(lambda: stored(browser) == [("When was it built?", "In 1868.")], "the exchange to be stored")
    browser.keys("<Esc>")
    browser.command("conversations built")
    browser.until(lambda: browser.browser.page.url().startswith("mb://conversations"))
    browser.until(lambda: "In 1868." in str(browser.js("document.body && document.body.innerText")))


def test_the_page_can_be_used_while_an_answer_streams(browser: Any, provider: FakeServer) -> None:
    provider.script.append(Stream((Data(chunk({"content": "first"})), Pause(60))))
    ask(browser, "Go on")
    browser.until(lambda: answered(browser) == "first")
    browser.keys("<Esc>", "j")
    browser.until(lambda: browser.js("scrollY") > 0, "the page to scroll")
    browser.command("cancel")
    browser.until(lambda: notes(browser.browser.copilot.panel()), "the end of the answer")
    assert answered(browser) == "first"


def test_history_and_conversations_are_not_sent(browser: Any, provider: FakeServer, site: Any) -> None:
    browser.open(site.add("/secret-visit", "<title>A secret visit</title>secret words"))
    for page in ("mb://history", "mb://conversations", "mb://start"):
        browser.open(page)
        browser.js("getSelection().selectAllChildren(document.body)")
        provider.script.append(Answer(("I see no page.",)))
        ask(browser, "What is on this page?")
        browser.until(lambda: not browser.browser.copilot.is_answering)
        sent = json.dumps(provider.requests[-1].json)
        assert "What is on this page?" in sent
        for part in ("mb:", "secret", "Secret", "History", "Cape Orrin", site.url):
            assert part not in sent.replace(json.dumps(system_prompt()), "")
        reason = "This page was not sent: the copilot reads http and https pages only, not mb: pages."
        assert notes(browser.browser.copilot.panel()) == [reason]
        browser.keys("<A-t>", "<Esc>")


def test_a_file_and_the_source_of_a_page_are_not_sent(
    browser: Any, provider: FakeServer, site: Any, tmp_path: Path
) -> None:
    file = tmp_path / "diary.html"
    file.write_text("<title>My diary</title>private words")
    for address, parts in (
        (file.as_uri(), ("file:", "diary", "private words")),
        (f"view-source:{site.url}/", ("view-source", "Margaret Alder", site.url)),
    ):
        browser.browser.navigation.open(address)
        browser.until(lambda address=address: browser.browser.page.url() == address)
        browser.until(lambda: browser.js("document.readyState === 'complete' && document.body.innerText.length > 5"))
        browser.js("getSelection().selectAllChildren(document.body)")
        provider.script.append(Answer(("I see no page.",)))
        ask(browser, "What is on this page?")
        browser.until(lambda: not browser.browser.copilot.is_answering)
        sent = json.dumps(provider.requests[-1].json)
        assert "What is on this page?" in sent
        assert not [part for part in parts if part in sent]
        (note,) = notes(browser.browser.copilot.panel())
        assert f"not {address.partition(':')[0]}: pages" in note
        browser.keys("<A-t>", "<Esc>")


def test_the_browsers_page_about_an_error_is_not_sent(browser: Any, provider: FakeServer) -> None:
    browser.command("open http://127.0.0.1:1/")
    browser.until(lambda: browser.view.shows_error())
    provider.script.append(Answer(("I see no page.",)))
    ask(browser, "What is on this page?")
    browser.until(lambda: not browser.browser.copilot.is_answering)
    assert "127.0.0.1:1" not in json.dumps(provider.requests[-1].json)
    assert "about an error" in notes(browser.browser.copilot.panel())[0]


def test_a_page_left_before_it_was_read_is_not_sent_under_its_old_address(
    browser: Any, provider: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.open("mb://help")
    monkeypatch.setattr(type(browser.view), "address", lambda _view: "https://example.org/")
    provider.script.append(Answer(("I see no page.",)))
    ask(browser, "What is on this page?")
    browser.until(lambda: not browser.browser.copilot.is_answering)
    assert "https://example.org/" not in json.dumps(provider.requests[-1].json)
    assert "not mb: pages" in notes(browser.browser.copilot.panel())[0]


def test_a_second_question_has_to_wait_for_the_first_answer(browser: Any, provider: FakeServer) -> None:
    provider.script.append(Hang())
    ask(browser, "One")
    browser.until(lambda: provider.requests)
    ask(browser, "Two")
    assert "in progress" in browser.message
    assert browser.browser.copilot.panel().input.toPlainText() == "Two"


def test_the_gui_thread_stays_responsive_during_an_answer_of_thousands_of_pieces(
    browser: Any, provider: FakeServer
) -> None:
    """Heartbeats and rendered pieces alternate: neither starves the other."""
    pieces = tuple(f"word{number} " + ("\n\n" if number % 20 == 0 else "") for number in range(4000))
    provider.script.append(Answer(pieces))
    progress: list[int] = []
    beat = QTimer()
    beat.timeout.connect(lambda: progress.append(len(answered(browser))))
    beat.start(5)
    ask(browser, "Write a lot")
    browser.until(lambda: answered(browser) == "".join(pieces), "the whole answer")
    beat.stop()
    steps = {length for length in progress if 0 < length < len("".join(pieces))}
    assert len(steps) >= 3, "the panel showed parts of the answer before all of it was there"


def test_shift_enter_breaks_the_line(browser: Any) -> None:
    from PyQt6.QtCore import Qt
    from PyQt6.QtTest import QTest

    browser.keys("<Space>")
    browser.type("a")
    QTest.keyClick(browser.window.windowHandle(), Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    browser.type("b")
    assert browser.browser.copilot.panel().input.toPlainText() == "a\nb"


def test_an_action_waits_for_the_user_and_runs_when_allowed(browser: Any, provider: FakeServer, site: Any) -> None:
    target = site.add("/visit", "<title>Visit</title>")
    provider.script.append(Answer(("Here.",), tool_calls=(call("navigate", url=target),), finish_reason="tool_calls"))
    ask(browser, "Take me there")
    panel = browser.browser.copilot.panel()
    browser.until(lambda: cards(panel) and not browser.browser.copilot.is_answering)
    assert target in cards(panel)[0].description
    assert len(browser.browser.tabs.all()) == 1, "nothing happens before it is allowed"
    assert stored(browser) == [], "an exchange is stored once all about it is decided"
    browser.keys("<A-y>")
    browser.until(lambda: [tab.title for tab in browser.browser.tabs.all()] == ["Cape Orrin", "Visit"])
    browser.until(lambda: "(allowed)" in stored(browser)[0][1] if stored(browser) else False)


def test_a_denied_action_does_not_run_and_is_stored_as_denied(browser: Any, provider: FakeServer, site: Any) -> None:
    provider.script.append(
        Answer((), tool_calls=(call("navigate", url=site.url + "/never"),), finish_reason="tool_calls")
    )
    ask(browser, "Take me there")
    panel = browser.browser.copilot.panel()
    browser.until(lambda: cards(panel) and not browser.browser.copilot.is_answering)
    cards(panel)[0].deny_button.click()
    browser.until(lambda: "(denied)" in stored(browser)[0][1] if stored(browser) else False)
    assert "/never" not in site.requests
    assert not cards(panel)[0].waiting


def test_an_allowed_bookmark_is_stored(browser: Any, provider: FakeServer) -> None:
    provider.script.append(
        Answer(
            (),
            tool_calls=(call("bookmark", url="https://example.com/", title="Example", tags=["x"]),),
            finish_reason="tool_calls",
        )
    )
    ask(browser, "Bookmark it")
    browser.until(lambda: cards(browser.browser.copilot.panel()))
    browser.keys("<A-y>")
    browser.until(lambda: "bookmarked" in browser.message)
    browser.until(lambda: [mark.title for mark in browser.browser.suggestions.bookmarks] == ["Example"])


def test_an_allowed_application_opens_in_a_tab(browser: Any, provider: FakeServer) -> None:
    provider.script.append(
        Answer((), tool_calls=(call("webapp", widget_type="calculator"),), finish_reason="tool_calls")
    )
    ask(browser, "A calculator")
    browser.until(lambda: cards(browser.browser.copilot.panel()))
    browser.keys("<A-y>")
    browser.until(lambda: browser.browser.page.title() == "Calculator")
    assert browser.js("self.origin", world=0) == "null"


def test_a_setting_allows_an_action_without_asking(start: Any, site: Any, provider: FakeServer) -> None:
    target = site.add("/visit", "<title>Visit</title>")
    settings = '[copilot.actions]\nnavigate = "allow"\n'
    browser = start(site.add("/", PAGE), base_url=provider.base_url, config=settings)
    provider.script.append(Answer((), tool_calls=(call("navigate", url=target),), finish_reason="tool_calls"))
    ask(browser, "Take me there")
    browser.until(lambda: browser.browser.page.title() == "Visit")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,hi", "file:///etc/passwd", "mb://version"])
def test_a_model_can_propose_only_web_addresses(browser: Any, provider: FakeServer, url: str) -> None:
    provider.script.append(Answer(("No.",), tool_calls=(call("navigate", url=url),), finish_reason="tool_calls"))
    ask(browser, "Go")
    panel = browser.browser.copilot.panel()
    browser.until(lambda: not browser.browser.copilot.is_answering)
    assert cards(panel) == []
    assert "http" in notes(panel)[0]
    assert len(browser.browser.tabs.all()) == 1


def test_a_refusal_of_the_provider_is_shown_with_a_hint(browser: Any, provider: FakeServer) -> None:
    provider.script.append(Error(401, "Incorrect API key provided"))
    ask(browser, "Hello")
    panel = browser.browser.copilot.panel()
    browser.until(lambda: notes(panel) and not browser.browser.copilot.is_answering)
    assert "key" in notes(panel)[0].lower()
    assert browser.mode is Mode.COPILOT


def test_a_new_thread_starts_empty_and_the_old_one_stays_stored(browser: Any, provider: FakeServer) -> None:
    provider.script.extend([Answer(("First answer.",)), Answer(("Second answer.",))])
    ask(browser, "One")
    browser.until(lambda: stored(browser))
    browser.command("thread-new") if browser.mode is Mode.NORMAL else browser.keys("<A-t>")
    assert browser.browser.copilot.panel().answers() == []
    ask(browser, "Two")
    browser.until(lambda: len(stored(browser)) == 2)
    assert "First answer." not in json.dumps(provider.requests[-1].json)


def test_a_stored_conversation_is_continued(browser: Any, provider: FakeServer) -> None:
    provider.script += [Answer(("First answer.",)), Answer(("Second answer.",)), Answer(("Third answer.",))]
    ask(browser, "One?")
    browser.until(lambda: len(stored(browser)) == 1)
    browser.keys("<A-t>")
    ask(browser, "Two?")
    browser.until(lambda: len(stored(browser)) == 2)
    browser.keys("<Esc>")
    browser.command("conversation-continue 1")
    browser.until(lambda: shown(browser) == "First answer.")
    ask(browser, "Three?")
    browser.until(lambda: len(stored(browser)) == 3)
    said = [message["content"] for message in provider.requests[-1].json["messages"]]
    assert said[1:3] == ["One?", "First answer."]
    assert "Two?" not in json.dumps(said)
    store = browser.application.parts.background.stores().need_conversations()
    assert [row.prompt for row in store.thread(store.get(1).thread_id)] == ["One?", "Three?"]
    browser.keys("<Esc>")
    browser.command("conversation-continue 99")
    browser.until(lambda: "no exchange 99" in browser.message)


def test_a_new_thread_during_an_answer_shows_nothing_of_it(browser: Any, provider: FakeServer) -> None:
    provider.script += [Stream((Data(chunk({"content": "half an "})), Hang())), Answer(("a whole answer",))]
    ask(browser, "One?")
    browser.until(lambda: "half an" in answered(browser))
    browser.keys("<A-t>")
    browser.until(lambda: [prompt for prompt, _ in stored(browser)] == ["One?"], "what had arrived to be stored")
    ask(browser, "Two?")
    browser.until(lambda: answered(browser) == "a whole answer")
    texts = [label.text() for label in browser.browser.copilot.panel().findChildren(QLabel)]
    assert not any("stopped" in text for text in texts)


def test_a_stopped_answer_is_not_a_failure(browser: Any, provider: FakeServer) -> None:
    provider.script.append(Stream((Data(chunk({"content": "half an "})), Hang())))
    ask(browser, "One?")
    browser.until(lambda: "half an" in answered(browser))
    browser.keys("<A-c>")
    panel = browser.browser.copilot.panel()

    def notes() -> dict[str, str]:
        return {label.text(): label.objectName() for label in panel.findChildren(QLabel)}

    browser.until(lambda: "The answer was stopped." in notes())
    assert notes()["The answer was stopped."] == "note"


def test_an_answer_in_progress_at_exit_is_stored(start: Any, site: Any, provider: FakeServer) -> None:
    browser = start(site.add("/", PAGE), base_url=provider.base_url)
    provider.script.append(Stream((Data(chunk({"content": "half an answer"})), Pause(60))))
    ask(browser, "Go on")
    browser.until(lambda: answered(browser) == "half an answer")
    start.end(browser)
    again = start()
    assert "half an answer" in stored(again)[0][1]


def test_html_in_an_answer_is_shown_as_text_and_loads_nothing(browser: Any, provider: FakeServer, site: Any) -> None:
    text = f"<img src='{site.url}/spy1'> ![x]({site.url}/spy2) <script>alert(1)</script> [ok](javascript:alert(1))"
    provider.script.append(Answer((text,)))
    ask(browser, "Hello")
    browser.until(lambda: not browser.browser.copilot.is_answering)
    assert "<script>" in shown(browser)
    html = browser.browser.copilot.panel().answers()[0].toHtml()
    assert "<img" not in html
    assert 'href="javascript' not in html
    assert not [path for path in site.requests if "spy" in path]


def test_without_a_key_the_copilot_quotes_the_page_and_is_labelled_offline(start: Any, site: Any) -> None:
    browser = start(site.add("/", PAGE))
    ask(browser, "Who built the lighthouse?")
    browser.until(lambda: "Margaret Alder" in shown(browser))
    browser.until(lambda: stored(browser))
    assert browser.browser.status.model.text() == "offline, no model"


def test_the_panel_takes_at_most_half_of_a_small_window(browser: Any) -> None:
    browser.keys("<Space>")
    panel = browser.browser.copilot.panel()
    assert panel.width() > 350
    browser.window.resize(700, 480)
    browser.until(lambda: panel.width() <= 350, "the panel to give way")
