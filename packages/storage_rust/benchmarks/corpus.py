"""The generated texts that the benchmarks store and search for, which are the same on every machine.

`rows(n)` are conversations of 200 to 2,000 characters whose words have a Zipfian distribution (the word of rank r
comes 1/r as often as the first), `cjk_rows(n)` the same in made-up Chinese, `pages(n)` a history of visited pages.
The first n are the same whatever n is. `QUERIES` holds a few queries for each class, in the language of the store.

`python benchmarks/corpus.py 100000` prints in how many of so many rows each query is found.
"""

import itertools
import random
import sys
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from row import Row

SEED = 20_241_123
VOCABULARY = 50_000  # words
POOL = 1 << 20  # words drawn once; a text is every s-th of them from some place on
EPOCH = 1_577_836_800_000  # 2020-01-01, in milliseconds
MINUTE = 60_000
MODELS = ("small", "large", "vision", "coder", "local")
DAY = 24 * 60 * MINUTE

ONSETS = (*"bcdfghjklmnprstvw", "br", "ch", "gr", "pl", "st")
VOWELS = ("a", "e", "i", "o", "u", "ai", "ea", "ou")
CODAS = ("", "n", "r", "s", "t", "l", "m", "nd")


class Visit(NamedTuple):
    """A visited page."""

    timestamp: int  # milliseconds
    url: str
    host: str
    title: str


def vocabulary() -> list[str]:
    """All different, the common ones short, in the order of their rank."""
    chance = random.Random(SEED)
    syllables = ["".join(parts) for parts in itertools.product(ONSETS, VOWELS, CODAS)]
    chance.shuffle(syllables)
    words = dict.fromkeys(syllables[:400])
    while len(words) < VOCABULARY:
        count = 2 if len(words) < 10_000 else 3
        words["".join(chance.choices(syllables, k=count))] = None
    return list(words)


def han() -> list[str]:
    """Words of one to three characters, the common ones short."""
    chance = random.Random(SEED + 1)
    characters = [chr(0x4E00 + n) for n in chance.sample(range(5000), 3000)]
    words = dict.fromkeys(characters[:150])
    while len(words) < 20_000:
        count = 2 if len(words) < 12_000 else 3
        words["".join(chance.choices(characters, k=count))] = None
    return list(words)


def drawn(words: Sequence[str], seed: int) -> list[str]:
    weights = list(itertools.accumulate(1 / rank for rank in range(1, len(words) + 1)))
    return random.Random(seed).choices(words, cum_weights=weights, k=POOL)


def texts(pool: Sequence[str], separator: str, mean: float, seed: int) -> Iterator[tuple[str, str]]:
    """Prompts and responses, 200 to 2,000 characters together, `mean` a word; endless."""
    chance = random.Random(seed).random
    longest = int(2000 / mean * 1.6)  # words
    strides = POOL // longest // 2
    while True:
        stride = 1 + int(chance() * strides)
        start = int(chance() * (POOL - longest * stride))
        size = 200 + int(chance() * 1800)
        text = separator.join(pool[start : start + longest * size // 2000 * stride : stride])[:size]
        cut = text.find(separator, size // 10) if separator else size // 10
        cut = size // 10 if cut < 0 else cut
        yield text[:cut], text[cut:].lstrip()


def dated(made: Iterator[tuple[str, str]], count: int) -> Iterator[Row]:
    for n, (prompt, response) in zip(range(count), made, strict=False):
        yield Row(EPOCH + n * MINUTE, prompt, response, MODELS[n % len(MODELS)])


def rows(count: int) -> Iterator[Row]:
    return dated(texts(drawn(WORDS, SEED), " ", 5.3, SEED + 2), count)


def cjk_rows(count: int) -> Iterator[Row]:
    return dated(texts(drawn(HAN, SEED + 3), "", 1.6, SEED + 4), count)


def pages(count: int) -> Iterator[Visit]:
    """Different pages of 2,000 hosts, some of which have most of them."""
    chance = random.Random(SEED + 5)
    pool = drawn(WORDS, SEED + 6)
    hosts = [f"{word}.example" for word in chance.sample(WORDS[100:5000], 2000)]
    weights = list(itertools.accumulate(1 / rank for rank in range(1, len(hosts) + 1)))
    places = random.Random(SEED + 7)
    for n, host in enumerate(chance.choices(hosts, cum_weights=weights, k=count)):
        start = int(places.random() * (POOL - 20))
        title = pool[start : start + 3 + n % 8]
        url = f"https://{host}/{'-'.join(title[:3])}/{n}"
        yield Visit(EPOCH + n * MINUTE, url, host, " ".join(title).capitalize())


WORDS = vocabulary()
HAN = han()


def by_rank(*ranks: int) -> list[str]:
    return [WORDS[rank - 1] for rank in ranks]


def pairs(form: str, *ranks: tuple[int, int]) -> list[str]:
    return [form.format(*by_rank(first, second)) for first, second in ranks]


# Found in about 10 rows of 10,000; in one of a hundred; in nearly all; the phrases in 2 to 6 of a hundred.
QUERIES = {
    "rare word": by_rank(15_011, 15_501, 16_001, 16_503, 17_003, 17_511, 18_001, 18_501),
    "word in 1 % of the rows": by_rank(1711, 1723, 1733, 1741, 1747, 1753, 1759, 1777),
    "common word": by_rank(1, 2, 3, 4, 5, 6, 7, 8),
    "two common words": pairs("{} {}", (1, 2), (3, 5), (2, 7), (4, 6), (1, 8), (5, 9), (3, 10), (6, 11)),
    "phrase": pairs('"{} {}"', (4, 9), (9, 4), (5, 8), (8, 5), (6, 7), (7, 6), (3, 14), (14, 3)),
    "prefix of two letters": [f"{letters}*" for letters in ("st", "br", "ma", "ch", "pe", "gr", "lo", "pl")],
}
CJK_QUERIES = {
    "two characters in 1 % of the rows": [HAN[rank - 1] for rank in (6007, 6011, 6029, 6037, 6043, 6047, 6053, 6067)],
    "two common characters": [HAN[rank - 1] for rank in (151, 152, 153, 154, 155, 156, 157, 158)],
}
# What is typed into the address bar, to be completed.
TYPED = {
    "a letter": ["s", "b", "m", "c", "p", "g", "l", "t"],
    "three letters": [word[:3] for word in by_rank(501, 601, 701, 801, 901, 1001, 1101, 1201)],
    "a common word": by_rank(1, 2, 3, 4, 5, 6, 7, 8),
    "two common words": QUERIES["two common words"],
    "a rare word": QUERIES["rare word"],
    "nothing that is there": [f"zq{letter}x" for letter in "abcdefgh"],
}


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    for queries, made in ((QUERIES, rows(count)), (CJK_QUERIES, cjk_rows(count))):
        found = {(name, query): 0 for name, some in queries.items() for query in some}
        for row in made:
            text = f"\n{row.prompt}\n{row.response}\n"
            spaced = text if queries is CJK_QUERIES else text.replace(" ", "  ").replace("\n", " ")
            for name, query in found:
                found[name, query] += holds(spaced, query, words=queries is QUERIES)
        for (name, query), times in found.items():
            print(f"{name:<36}{query:<24}{times:>9}{times / count:>9.2%}")


def holds(text: str, query: str, *, words: bool) -> bool:
    if not words:
        return query in text
    if query.endswith("*"):
        return f" {query[:-1]}" in text
    if query.startswith('"'):
        return " " + query.strip('"').replace(" ", "  ") + " " in text
    return all(f" {word} " in text for word in query.split())


if __name__ == "__main__":
    main()
