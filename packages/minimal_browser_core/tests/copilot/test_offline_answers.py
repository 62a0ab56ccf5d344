from pathlib import Path

import pytest

from minimal_browser_core.copilot.context.message import render_question
from minimal_browser_core.copilot.context.page import PageContext
from minimal_browser_core.copilot.offline.client import OfflineChatClient
from minimal_browser_core.storage.python.stores.conversations import PythonConversationStore

GERMAN = PageContext(
    "https://example.de",
    "Fahrradverleih Müller",
    "Startseite\nPreise\nTagesmiete: 12 €\nWochenmiete: 60 €\n"
    "Der Verleih wurde 1994 von Hans Müller in Kassel gegründet. Wir verleihen Stadträder, z. B. auch Lastenräder.\n"
    "Kontakt\nTelefon: 0561 123456\n",
)
JAPANESE = PageContext(
    "https://example.jp",
    "富士山",
    "富士山は、静岡県と山梨県に跨る活火山である。標高3776.12mで、日本最高峰の独立峰である。\n"
    "2013年6月22日には、世界文化遺産に登録された。\n登山期間は7月上旬から9月上旬までである。",
)
CHINESE = PageContext(
    "https://example.cn",
    "故宫",
    "北京故宫是中国明清两代的皇家宫殿，位于北京中轴线的中心。故宫于1406年开始建设，到1420年建成。门票旺季60元，淡季40元。",
)


def ask(question: str, page: PageContext | None = None) -> str:
    return OfflineChatClient().send_request(render_question(question, page, budget=1_000_000))


def first_quote(answer: str) -> str:
    return next(line for line in answer.splitlines() if line.startswith("> **[1]**")).removeprefix("> **[1]** ")


@pytest.mark.parametrize(
    ("question", "passage"),
    [
        ("When was the lighthouse built?", "built in 1868"),
        ("Who built it?", "Margaret Alder"),
        ("How high is the tower?", "41 metres"),
        ("How many steps are there?", "196 steps"),
        ("When is the museum open?", "April to October"),
        ("is it open on monday", "every day but Monday"),
        ("How much do children pay?", "Children: 4 €"),
        ("what does it cost for adults?", "Adults: 9 €"),
        ("What did Dr. Low describe?", "Dr. Ann Low, e.g. in 1921, described its corals."),
        ("keeper", "Keepers carried"),
    ],
)
def test_a_question_is_answered_by_the_passage_with_the_answer(page: PageContext, question: str, passage: str) -> None:
    assert passage in first_quote(ask(question, page))


@pytest.mark.parametrize(
    ("page", "question", "passage"),
    [
        (GERMAN, "Was kostet die Wochenmiete?", "60 €"),
        (GERMAN, "Wer hat den Verleih gegründet?", "Hans Müller"),
        (GERMAN, "Wie ist die Telefonnummer?", "0561"),
        (GERMAN, "lastenrader", "Lastenräder"),
        (JAPANESE, "富士山の標高は?", "3776.12m"),
        (JAPANESE, "いつ世界遺産に登録された?", "2013年"),
        (CHINESE, "故宫什么时候建成?", "1420年"),
        (CHINESE, "门票多少钱？", "60元"),
        (CHINESE, "故宫在哪里？", "中轴线"),
    ],
)
def test_other_languages_and_scripts_are_understood(page: PageContext, question: str, passage: str) -> None:
    assert passage in first_quote(ask(question, page))


@pytest.mark.parametrize(
    ("question", "sought"),
    [
        ("What is the wifi password?", "wifi password"),
        ("What is the population of Mongolia?", "Mongolia"),
        ("When was the Eiffel tower built?", "Eiffel"),
        ("Gibt es Parkplätze?", "Parkplätze"),
    ],
)
def test_an_answer_that_is_not_on_the_page_is_not_guessed(page: PageContext, question: str, sought: str) -> None:
    answer = ask(question, page)
    assert answer.startswith("I found nothing about")
    assert sought in answer
    assert "> " not in answer


def test_a_partial_answer_names_what_is_missing(page: PageContext) -> None:
    answer = ask("Which corals are edible?", page)
    assert "does not mention “edible”" in answer
    assert "corals" in answer


def test_a_question_of_stop_words_asks_for_a_subject(page: PageContext) -> None:
    assert "name a thing" in ask("what is it?", page)


def test_every_quote_is_from_the_page(page: PageContext) -> None:
    for question in ("summarise", "tower", "reef nature", "museum open"):
        for line in ask(question, page).splitlines():
            if line.startswith("> "):
                quoted = line.split("** ", 1)[1]
                assert all(part in page.text for part in quoted.split(" — ")), quoted


@pytest.mark.parametrize(
    "question",
    [
        "Summarise this page",
        "summarize",
        "tl;dr",
        "TLDR",
        "Please give me a short summary of this page.",
        "What is this page about?",
        "key points",
        "Fasse die Seite zusammen",
        "Zusammenfassung",
        "résumé",
        "要約して",
        "总结一下",
        "요약해 줘",
    ],
)
def test_a_summary_can_be_asked_for_in_many_ways(page: PageContext, question: str) -> None:
    answer = ask(question, page)
    assert "summarise “The lighthouse at Cape Orrin”" in answer
    assert "built in 1868" in first_quote(answer)


def test_a_summary_has_as_many_sentences_as_asked_for_in_the_order_of_the_page(page: PageContext) -> None:
    quotes = [line for line in ask("summarise in three sentences", page).splitlines() if line.startswith("> ")]
    assert len(quotes) == 3
    places = [page.text.index(quote.split("** ", 1)[1]) for quote in quotes]
    assert places == sorted(places)


def test_a_summary_does_not_repeat_itself() -> None:
    said = "The river Orrin floods the lower fields every spring."
    text = "\n".join([said, said.replace("every", "each"), said.replace("lower", "low"), "Farmers plant willows."])
    answer = ask("summarise in 2 sentences", PageContext("u", "Orrin", text))
    assert answer.count("floods") == 1
    assert "willows" in answer


def test_a_selection_is_summarised_instead_of_the_page(page: PageContext) -> None:
    selected = PageContext(page.url, page.title, page.text, "Only these words. And those ones.")
    answer = ask("summarise the selection", selected)
    assert "Only these words." in answer
    assert "1868" not in answer
    assert "Only these words." in ask("summarise", selected)
    assert "1868" in ask("summarise this page", selected)
    assert "Nothing is selected" in ask("summarise the selection", page)


def test_a_page_without_sentences_is_reported_as_such() -> None:
    assert "only short lines" in ask("summarise", PageContext("u", "Menu", "Home\nProducts\nAbout\nContact"))
    assert "no text" in ask("summarise", PageContext("u", "Blank", ""))
    assert "no text" in ask("what is tea?", PageContext("u", "Blank", " \n "))


def test_without_a_page_or_a_store_it_says_how_to_get_an_answer() -> None:
    assert "OPENROUTER_API_KEY" in ask("What is the capital of France?")
    assert "open one" in ask("summarise this page")


@pytest.mark.parametrize("question", ["help", "?", "Help!", "what can you do?"])
def test_help_lists_what_it_understands(question: str) -> None:
    assert "summarise this page" in ask(question)


@pytest.mark.parametrize(
    "question", ["connect", "How do I connect a provider?", "how can I use Ollama?", "set up a key"]
)
def test_connecting_a_provider_is_explained(question: str) -> None:
    answer = ask(question)
    for name in ("OPENROUTER_API_KEY", "OPENAI_API_KEY", "--base-url"):
        assert name in answer


def test_address_and_title_are_plain_facts(page: PageContext) -> None:
    assert page.url in ask("what is the url of this page?", page)
    assert page.title in ask("title", page)


def test_page_text_cannot_format_the_answer() -> None:
    hostile = "The tea [click](javascript:x) <img src=x> **bold** `code` &lt;b&gt; is ~~green~~ | really."
    answer = ask("what is the tea?", PageContext("u", "t", hostile))
    quoted = first_quote(answer)
    for raw in ("[click]", "<img", "**bold**", "`code`", "&lt;", "~~"):
        assert raw not in quoted.replace("\\" + raw, "")
    assert "\\[click\\]" in quoted


def test_the_same_question_has_the_same_answer(page: PageContext) -> None:
    assert len({ask("what about the reef and the tower?", page) for _ in range(5)}) == 1


class TestMemory:
    @pytest.fixture
    def client(self, store: PythonConversationStore) -> OfflineChatClient:
        store.add_conversation("How do I brew sencha?", "With water of 70 degrees, for one minute.", "m")
        store.add_conversation("Which oil for bicycles?", "A thin one.", "m")
        return OfflineChatClient(store)

    @pytest.mark.parametrize(
        "question",
        [
            "search conversations for sencha",
            "what did we say about sencha?",
            "search my history for sencha",
            "recall sencha",
        ],
    )
    def test_stored_conversations_are_searched(self, client: OfflineChatClient, question: str) -> None:
        answer = client.send_request(question)
        assert "How do I brew sencha?" in answer
        assert "bicycles" not in answer

    def test_the_newest_are_listed(self, client: OfflineChatClient) -> None:
        answer = client.send_request("recent conversations")
        assert answer.index("bicycles") < answer.index("sencha")

    def test_nothing_found_is_said(self, client: OfflineChatClient) -> None:
        assert "nothing about “walrus”" in client.send_request("search conversations for walrus")
        assert "no stored conversations" in ask("search conversations for walrus")

    def test_a_question_that_the_page_cannot_answer_finds_an_earlier_answer(
        self, client: OfflineChatClient, page: PageContext
    ) -> None:
        answer = client.send_request(render_question("How do I brew sencha?", page))
        assert answer.startswith("I found nothing about")
        assert "70 degrees" in answer

    def test_an_earlier_search_in_vain_is_no_answer(
        self, client: OfflineChatClient, store: PythonConversationStore, page: PageContext
    ) -> None:
        store.add_conversation("How old are walruses?", client.send_request(render_question("walruses?", page)), "m")
        assert "earlier" not in client.send_request(render_question("How old are walruses?", page))

    def test_a_store_that_fails_is_told(
        self, client: OfflineChatClient, store: PythonConversationStore, page: PageContext
    ) -> None:
        store.close()
        assert "cannot be read" in client.send_request(render_question("walruses?", page))
        assert "cannot be read" in client.send_request("search conversations for sencha")


def test_long_pages_are_answered_too(tmp_path: Path) -> None:
    filler = "The committee discussed the budget of the year and nothing else of note happened there. "
    text = filler * 5_000 + "The password of the vault is xyzzy. " + filler * 5_000
    assert "xyzzy" in first_quote(ask("what is the vault password?", PageContext("u", "Minutes", text)))


def test_a_definition_is_preferred_for_a_what_is_question() -> None:
    text = (
        "A tarn need not be deep. Walkers like to rest at a tarn, and a tarn may freeze in winter. "
        "A tarn is a small mountain lake that a glacier has left behind. Many a tarn holds trout."
    )
    assert "mountain lake" in first_quote(ask("What is a tarn?", PageContext("u", "Walks", text)))


def test_links_code_and_tables_are_not_sentences() -> None:
    signs = "[![badge](https://badge.example/py/thing.svg)](https://badge.example/py/thing) {{ x }} | a | b | c | d"
    page = PageContext("u", "Thing", f"{signs}\n{signs} 2\nThing finds the folders that a program may write to.")
    answer = ask("summarise", page)
    assert "finds the folders" in first_quote(answer)
    assert "badge" not in answer
