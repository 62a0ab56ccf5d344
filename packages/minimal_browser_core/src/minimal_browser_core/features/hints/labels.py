"""The labels of hints: which letters they use, and how long they are."""

from itertools import islice, product

LETTERS = "asdfghjkl"


def labels(count: int) -> list[str]:
    """Return `count` labels of one length, so that none is the beginning of another."""
    length = 1
    while len(LETTERS) ** length < count:
        length += 1
    return ["".join(letters) for letters in islice(product(LETTERS, repeat=length), count)]
