"""Folding: what users do not distinguish when they search is equal, in all scripts."""

import unicodedata
from typing import Any

import pytest

from .base import ConversationSuite, StoreSuite

# A word as it is stored, and how users may type it. Each finds the other.
PAIRS = [
    # Greek
    ("σοφός", "σοφος"),
    ("ΣΟΦΌΣ", "σοφός"),
    ("ὁδός", "οδος"),
    ("Ἀθῆναι", "αθηναι"),
    ("ϊδιο", "ιδιο"),
    ("ᾳδω", "αδω"),
    # Cyrillic
    ("ещё", "еще"),
    ("Ёлка", "елка"),
    ("ЗАМО\u0301К", "замок"),
    ("и\u0306од", "йод"),
    ("мʼята", "м'ята"),
    ("Ӏуэхущӏапӏэ", "ӏуэхущӀапӀэ"),
    # Hebrew
    ("תִּקּוּן", "תקון"),
    ("שׁלום", "שלום"),
    ("ײד", "ייד"),
    # Arabic, Persian and Urdu
    ("مُحَمَّد", "محمد"),
    ("أحمد", "احمد"),
    ("إسلام", "اسلام"),
    ("آخر", "اخر"),
    ("ٱلله", "الله"),
    ("على", "علي"),
    ("مدرسة", "مدرسه"),
    ("كتـــاب", "كتاب"),
    ("کتابی", "كتابي"),
    ("مسؤول", "مسوول"),
    ("ﻛﺘﺎﺏ", "كتاب"),
    ("ﮔﻞ", "گل"),
    ("می\u200cخواهم", "میخواهم"),
    ("٢٠٢٥", "2025"),
    ("۲۰۲۵", "2025"),
    # Latin
    ("Straße", "strasse"),
    ("STRAẞE", "straße"),
    ("đường", "duong"),
    ("được", "duoc"),
    ("Łódź", "lodz"),
    ("smørrebrød", "smorrebrod"),
    ("ısı", "isi"),
    ("İstanbul", "istanbul"),
    ("ægis", "aegis"),
    ("œuvre", "oeuvre"),
    ("þing", "thing"),
    ("ﬁnal", "final"),
    ("ﬂuﬀy", "fluffy"),
    ("ǆep", "džep"),
    ("Qurʾān", "quran"),
    ("Ｐｙｔｈｏｎ", "python"),
    ("x²", "x2"),
    ("𝐛𝐨𝐥𝐝", "bold"),
    ("soft\u00adhyphen", "softhyphen"),
    ("zero\u200bwidth\ufeffspace", "zerowidthspace"),
    ("cafe\u0301", "café"),
    # Indic
    ("क़लम", "कलम"),
    ("२०२५", "2025"),
    ("അവൻ", "അവന\u0d4d\u200d"),
    # Unspaced scripts
    ("ﾊﾟｿｺﾝ", "パソコン"),
    ("ハ\u309aソコン", "パソコン"),
    (unicodedata.normalize("NFD", "한국어"), "한국어"),
    ("葛\U000e0100城", "葛城"),
    ("⽇本", "日本"),
    # Others
    ("ᲗᲑᲘᲚᲘᲡᲘ", "თბილისი"),
    ("և", "եւ"),
]
DIFFERENT = [("край", "краи"), ("їжак", "іжак"), ("گل", "كل"), ("か", "が"), ("мой", "мои")]


class Folding(ConversationSuite):
    """Folded words in all fields, their phrases and prefixes, and their highlights."""

    @pytest.mark.parametrize(("stored", "typed"), PAIRS, ids=ascii)
    def test_variants_of_a_word_find_each_other(self, store: Any, stored: str, typed: str) -> None:
        for first, second in ((stored, typed), (typed, stored)):
            id = store.add_conversation("q", f"before {first} after", "m", tags=[first])
            for match in ("all", "any", "auto"):
                assert id in [hit.id for hit in store.search(second, match=match).hits]
            assert id in [hit.id for hit in store.search(f"tag:{second}").hits]
            assert id in [hit.id for hit in store.search(f'"before {second} after"').hits]
            assert store.search(f"before -{second}", match="all").hits == []
            hit = next(hit for hit in store.search(second).hits if hit.id == id)
            assert first in [hit.snippet[start:end] for start, end in hit.highlights]
            store.delete(id)

    @pytest.mark.parametrize(("stored", "typed"), DIFFERENT)
    def test_letters_that_users_distinguish_are_different(self, store: Any, stored: str, typed: str) -> None:
        store.add_conversation("q", stored, "m")
        assert store.search(typed).hits == []

    def test_phrases_prefixes_and_signs_of_folded_words(self, store: Any) -> None:
        text = "eins zwei drei die große Straße vier fünf sechs sieben groß++"
        id = store.add_conversation("q", text, "m")
        for query in (
            '"große straße"',
            '"die grosse strasse"',
            '"drei die grosse strasse"',
            '"eins zwei drei die große straße vier fünf"',
            "stras*",
            "straß*",
            '"die gros"*',
            "response:grosse",
            "große-strasse",
            "gross++",
        ):
            assert [hit.id for hit in store.search(query, match="all").hits] == [id], query
        for query in ('"strasse sieben"', '"strasse grosse"', "prompt:grosse", "gross#", "eins -grosse"):
            assert store.search(query, match="all").hits == [], query

    def test_highlights_mark_the_original_words(self, store: Any) -> None:
        text = "Die große Straße, e\u0301lan, ﬁn, soft\u00adware, и\u0306од, ﾊﾟﾝ"
        store.add_conversation("q", text, "m")
        queries = [("grosse", "große"), ("stras*", "Straße"), ("élan", "e\u0301lan"), ("fin", "ﬁn")]
        queries += [("software", "soft\u00adware"), ("йод", "и\u0306од"), ("パン", "ﾊﾟﾝ"), ("die", "Die")]
        for query, marked in queries:
            (hit,) = store.search(query).hits
            assert [hit.snippet[start:end] for start, end in hit.highlights] == [marked]

    def test_update_replaces_the_folded_words(self, store: Any) -> None:
        id = store.add_conversation("große", "r", "m", url="https://a.org/%C3%A9t%C3%A9")
        store.update(id, prompt="weiß", url="https://a.org/%E6%9D%B1")
        assert [hit.id for hit in store.search("weiss").hits] == [id]
        assert [hit.id for hit in store.search("url:東").hits] == [id]
        assert store.search("grosse").hits == store.search("url:été").hits == []

    def test_the_words_of_an_encoded_url_are_found(self, store: Any) -> None:
        id = store.add_conversation(
            "q", "r", "m", url="https://xn--bcher-kva.de/%E6%9D%B1%E4%BA%AC?q=a%20word&r=%zz%ff"
        )
        for query in ("東京", "bücher", "bucher.de", "word", "bcher", '"E6 9D"'):
            assert [hit.id for hit in store.search(f"url:{query}").hits] == [id], query


class PlaceFolding(StoreSuite):
    """Folding in the history, and URLs as users read them."""

    def test_variants_and_encoded_urls_are_found_and_completed(self, store: Any) -> None:
        url = "https://ja.wikipedia.org/wiki/%E6%9D%B1%E4%BA%AC_%C3%89t%C3%A9"
        id = store.visit(url, "Die große Straße")
        host = store.visit("https://xn--e1afmkfd.xn--p1ai/", "?")
        store.set_text(url, "ὁ σοφός ἀνήρ")
        for query in ("東京", "ete", "été", "gross", "große stras", "straß", "wiki/東京"):
            assert [hit.id for hit in store.complete(query)] == [id], query
        for query in ("東京", "ete", "grosse", '"große straße"', "σοφος", "text:σοφός", "url:東京"):
            assert [hit.id for hit in store.search(query).hits] == [id], query
        assert [hit.id for hit in store.complete("пример.рф")] == [host]
        assert [hit.id for hit in store.search("пример").hits] == [host]
