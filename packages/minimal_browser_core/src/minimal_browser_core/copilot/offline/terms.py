"""Splits text into terms that can be compared, in any script.

Words are folded (case, compatibility forms, Latin accents) and lose an English plural. Scripts without spaces between
words, and Hangul, whose words carry particles, become overlapping pairs of characters, as in search engines.
"""

import re
import unicodedata

_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
# Vowel signs of Indic scripts are not word characters to `re`; the danda (U+0964, U+0965) is a full stop.
_TOKEN = re.compile(rf"(?P<unspaced>[{_UNSPACED}]+)|(?:(?![{_UNSPACED}])[\w\u0900-\u0963\u0966-\u0dff])+")
_ANY_UNSPACED = re.compile(f"[{_UNSPACED}]")
_ASCII_TOKEN = re.compile(r"\w+")
_ACCENTS = re.compile("[\u0300-\u036f\u0610-\u061a\u064b-\u065f]")
_ENDING_WORDS = "a al as e ed em en er ers es i ing ion ions ly ment ments n o os r s st t te ten ung ungen y ie"
_ENDINGS = frozenset(["", *_ENDING_WORDS.split()])


def fold(text: str) -> str:
    """`text` in lower case, without Latin accents and compatibility forms."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", _ACCENTS.sub("", decomposed))


def tokenize(text: str) -> list[str]:
    """The terms of `text` in order, with repetitions."""
    if text.isascii():
        return [singular(word) for word in _ASCII_TOKEN.findall(text.lower())]
    terms: list[str] = []
    for match in _TOKEN.finditer(fold(text)):
        run = match[0]
        if match["unspaced"] is None:
            terms.append(singular(run))
        elif len(run) == 1:
            terms.append(run)
        else:
            terms += [run[i : i + 2] for i in range(len(run) - 1)]
    return terms


def is_bigram(term: str) -> bool:
    """Whether a term is a pair of characters from a text without spaces, so that it is not a word by itself."""
    return _ANY_UNSPACED.match(term) is not None


def singular(word: str) -> str:
    """`word` without an English plural ending."""
    if len(word) < 4 or word[-1] != "s" or word[-2] in "sui":
        return word
    return f"{word[:-3]}y" if word.endswith("ies") and len(word) > 4 else word[:-1]


def share_stem(one: str, other: str) -> bool:
    """Whether two terms look like forms of one word: the same first four letters or more, and usual endings."""
    shared = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        shared += 1
    rest_one, rest_other = one[shared:], other[shared:]
    if shared >= 6 and not (rest_one and rest_other):
        return True  # compounds: Telefon and Telefonnummer
    if one.isascii() and other.isascii():
        return shared >= 4 and rest_one in _ENDINGS and rest_other in _ENDINGS
    return shared >= 5 and len(rest_one) <= 3 and len(rest_other) <= 3


_STOP_WORDS = """
a about after all also am an and any are as at be been before being but by can could did do does for from had has have
he her here hers him his how i if in into is it its just
me more most my no not of on one only or other our out over she
should so some such than that the their them then there these they this those through to too under up upon us very was
we were what when where whether which while who whom whose why will with would you your please tell explain describe
give say says said mean means page site website article text here list find show know anything something
many much come comes came go goes went get gets got make makes made take takes took use uses used
work works happen happens
der die das den dem des ein eine einen einem einer und oder aber ist sind war waren wird werden wurde wer was wann wo
wie warum wieso welche welcher welches von vom zu zum zur mit auf aus bei für im in an am als auch nicht es sie er wir
ihr ich du man hat haben sich über nach dieser diese dieses seite gibt
le la les un une des du de et ou est sont était qui que quoi quand où comment pourquoi quel quelle quels quelles dans
sur pour par avec ce cet cette ces il elle ils elles nous vous je tu ne pas se son sa ses au aux page
el los las una unos unas del y o es son era fue quien qué que cuando dónde cómo por porque cual cuál cuáles en con para
su sus se lo al más esta este esto página
il lo gli uno della delle dei degli è sono chi che cosa quando dove come perché quale quali nel nella per con si pagina
os as um uma uns umas do da dos das e é são quem quando onde como porque qual quais no na nos nas em com para seu sua
het een van en of is zijn was wie wat wanneer waar hoe waarom welke op te met voor door niet deze dit dat pagina
и или но в во на с со к о об от до за по из у не что кто когда где как почему какой какая какие это этот эта был была
было были есть для он она они мы вы я ты
무엇 언제 어디 누가 어떻 왜요 인가 가요 니까 이페 페이 이지
"""

STOP_WORDS = frozenset(term for word in _STOP_WORDS.split() for term in tokenize(word))

_CJK_QUESTION_WORDS = re.compile(
    "什么时候|什麼時候|什么|什麼|为什么|為什麼|在哪里|在哪裡|在哪儿|在哪|哪里|哪裡|哪儿|怎么样|怎么|怎麼|如何|多少钱|多少錢|多少|是否|请问|請問|是谁|是誰"
    "|这个|這個|页面|頁面|网页|吗|嗎|呢|的|是|どこ|いつ|なぜ|何ですか|なに|何|誰|いくら|このページ|ページ"
)
_HIRAGANA = re.compile("[\u3040-\u309f]")


def query_terms(question: str) -> list[str]:
    """The terms of a question without stop words, each once."""
    terms = [term for term in tokenize(_CJK_QUESTION_WORDS.sub(" ", question)) if term not in STOP_WORDS]
    # Japanese writes the subject of a question in Kanji and Katakana, and its grammar in Hiragana.
    return list(dict.fromkeys([term for term in terms if not _HIRAGANA.search(term)] or terms))
