"""Words that say nothing about a question's subject, in the larger languages."""

import re

from minimal_browser_core.copilot.offline.tokenizer import tokenize

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
