"""Which host names are shown in Unicode, by Chromium's rules (https://chromium.googlesource.com/chromium/src/+/main/docs/idn.md)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimal_browser_core.hosts.display import display_host
from minimal_browser_core.hosts.encoding import ascii_host, unicode_label

SHOWN_IN_UNICODE = [
    "bücher.example",
    "café.fr",
    "färgbolaget.se",
    "pãoemaçã.com.br",
    "šachy.com",
    "straße.de",
    "ışık.com.tr",
    "đại-học.vn",
    "中国",
    "北京大学.cn",
    "视频.com",
    "一123.com",
    "hello中国.com",
    "朝日あさひ.jp",
    "コマース.jp",
    "eコマース.jp",
    "カー野球.jp",
    "かー野球.jp",
    "日本・野球.jp",
    "カヽ.jp",
    "ビタミンb1.com",
    "振り仮名カタkanji.jp",
    "注音ㄅㄆㄇㄈ.tw",
    "注音bopoㄅㄆㄇㄈ.tw",
    "한글han.kr",
    "한글han韓.한국",
    "ひら.한국",
    "ουτοπία-123.gr",
    "торты.ru",
    "музей.com",
    "президент.рф",
    "ѕсоре.рф",
    "ѕсоре.ru",
    "курс.com",
    "افلام.eg",
    "جار2.eg",
    "עברית-123.il",
    "שב״צ.il",
    "חסד.il",
    "ภาษาไทย-123.th",
    "हिन्दी-123.in",
    "ոսւօ.am",
    "იოყ.გე",
    "aþcdef.is",
    "mnðpqr.fo",
    "əxample.az",
    "l·l.cat",
    "一生gamer.com",
    "éxample.google.com",
    "googlé.unknown.example",
]
SHOWN_IN_ASCII = {
    "Cyrillic that reads as Latin": "аррӏе.com ѕсоре.com ѕсоре123.com ѕсоре-рау.com ск.com сю.com",
    "Latin with Cyrillic or Greek": "pаypal.com gооglе.ru paypαl.com gοοglε.gr раypal.рф ραу.ru",
    "other scripts with Latin": "abcძef.test abहिन्दी.in abภาษาไทย.th bսs.com fo୦.com gօogle.com",
    "scripts that no language mixes": "한글ひら.kr ㄅㄆ주음.tw रोले盧स.com कক.in ㄅㄆカタ.tw",
    "accented Latin with another script": "héllo中国.cn café카페.kr",
    "other scripts that read as Latin": (
        "ոսւօ.com ሠዐዐፐ.com ικα.com ჽჿხ.com חסד.com င၀ဂခဂ.com ทนบพรห.com ຟຮບ.com ടഠധ.com ০৭০৭.com ऽ०ऽ.com "
        "ડટ.com ੦੧੦੧.com ಽ೦ಽ೧.com டபடப.com ౧౦౧౦.com"
    ),
    "numbers that are none": "1շ.com ৪੨.com ੨੨੨.com 4000ძ.com 16კ.com 123456789θ.com 12з4567890.com",
    "several number systems": "7৪9.co.in १১.co.in",
    "hidden and misplaced marks": (
        "รี่่.th á\u0301.com pi\u0307xel.com pı\u0307xel.com j\u0307ack.com pı\u0300xel.com 한\u0307글.com "
        "漢\u0307字.com नागरी\u0301.com google\u3099.com foog\u0650.com"
    ),
    "Kana out of place": (
        "モヒートへブン.com ー動画ー.com 日本ー野球.jp ー日本.jp abcーdef.jp abc・def.jp ・abc.jp かヽ.jp aヾ.jp"
    ),
    "like slashes": "google.comノevil.jp example.com丶test example.com丿test.cn",
    "like Latin or punctuation": "ip一address.com googleㄧ.com google丨com.com google十com.com 七est.net d12一.cn",
    "letters of one language elsewhere": "aþcdef.com mnðpqr.com əxample.com l·l.com a·l.cat google·com.com",
    "rare letters": "ǔnion.com ḷily.com oĸ.com ꙡ.com ɡɡ.com wwwˬtest.com aʼb.com ꓲ2345.com",
    "rare scripts": "ᏟᎪᎡᎠ.com ⵜⵉⴼⵉⵏⴰⵖ.ma ꆈꌠꁱꂷ.cn ᑖᓂᓯ.ca ϧ.com",
    "symbols": "ab♥.com 🍕💩.xyz 5free£.com 36°c.com 🔒google.com \u2039google\u203a.com",
    "like a well-known domain": (
        "googlé.com www.googlé.com a.b.googłe.com fàcebook.com facebooк.com ġithub.com wíkipedia.org "
        "påypal.com amazøn.co.uk microsofŧ.com gıthub.com ŧwitter.com mícrosoft.com"
    ),
}


def ascii_form(host: str) -> str:
    """Encode a host without looking at what it contains."""
    labels = (part if part.isascii() else "xn--" + part.encode("punycode").decode() for part in host.split("."))
    return ".".join(labels)


@pytest.mark.parametrize("host", SHOWN_IN_UNICODE)
def test_a_safe_name_is_shown_in_unicode(host: str) -> None:
    assert display_host(ascii_form(host)) == host
    assert display_host(host) == host


@pytest.mark.parametrize("host", " ".join(SHOWN_IN_ASCII.values()).split())
def test_a_name_that_may_be_taken_for_another_is_shown_in_ascii(host: str) -> None:
    name = ascii_form(host)
    shown = display_host(name)
    assert shown != host
    assert shown.rpartition(".")[0] == name.rpartition(".")[0], "all but the top-level domain stay as they are"


@pytest.mark.parametrize(
    "host",
    [
        "example.com",
        "localhost",
        "127.0.0.1",
        "[::1]",
        "",
        ".",
        "www.example.com.",
        "xn--example-.com",
        "xn--krank-kg706554a",
        "xn--a",
        "xn--",
        "xn-----8kci4dhsd",
        "xn--72b.com",
        "xn--8hbae.eg",
        "xn--bc-9x80a.xyz",
        "xn--r6j012gn7f.cn",
        "xn--1nd.com",
        "xn--abcdef-kg0c.com",
        "xn--osd3820f24c.kr",
        "a_b.example",
    ],
)
def test_other_names_stay_as_they_are(host: str) -> None:
    assert display_host(host) == host


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("XN--BCHER-KVA.EXAMPLE", "bücher.example"),
        ("BÜCHER.example", "bücher.example"),
        ("bücher。example", "bücher.example"),
        ("googlе.한국", "xn--googl-3we.한국"),
        ("some.tést.net", "some.tést.net"),
        ("i❤.ws", "xn--i-7iq.ws"),
        ("ｇｏｏｇｌｅ.com", "google.com"),
        ("a b.example", "a%20b.example"),
    ],
)
def test_each_label_is_shown_in_its_usual_form(host: str, shown: str) -> None:
    assert display_host(host) == shown


LETTERS = st.characters(categories=["Ll", "Lo", "Mn", "Mc", "Nd"])
LATIN, CYRILLIC, GREEK = (
    "abcdefghijklmnopqrstuvwxyzéüßłđı",
    "абвгдежзийклмнопрстуфхцчшщыэюяѕіјӏ",
    "αβγδεζηθικλμνξοπρστυφχψως",
)


@given(st.text(LETTERS, min_size=1, max_size=12), st.sampled_from(["com", "рф", "한국", "example", "il", "is"]))
def test_the_shown_name_leads_to_the_same_host(label: str, top: str) -> None:
    name = ascii_host(f"{label}.{top}")
    shown = display_host(name)
    assert ascii_host(shown) == name
    assert display_host(shown) == shown


@given(st.data())
def test_mixed_alphabets_are_never_shown_in_unicode(data: st.DataObject) -> None:
    first, second = data.draw(st.permutations([LATIN, CYRILLIC, GREEK]))[:2]
    letters = [
        *data.draw(st.text(first, min_size=1)),
        *data.draw(st.text(second, min_size=1)),
        *data.draw(st.text("12-")),
    ]
    label = "a".join(["", "".join(data.draw(st.permutations(letters))), ""]) if first is LATIN else "".join(letters)
    name = "xn--" + label.encode("punycode").decode() + ".example"
    assert display_host(name) == name


@given(st.text(max_size=30))
def test_any_text_is_shown_as_a_host_in_one_line(text: str) -> None:
    shown = display_host(text)
    assert shown.isprintable()
    assert not set(shown) & set(" /?#@\\")


def test_an_invalid_label_has_no_text() -> None:
    assert unicode_label("xn--a") is None
    assert unicode_label("plain") is None
    assert unicode_label("xn--bcher-kva") == "bücher"
