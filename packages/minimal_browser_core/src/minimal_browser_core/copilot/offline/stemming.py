"""Light stemming: English plurals, and words that look like forms of one word."""

_ENDING_WORDS = "a al as e ed em en er ers es i ing ion ions ly ment ments n o os r s st t te ten ung ungen y ie"
_ENDINGS = frozenset(["", *_ENDING_WORDS.split()])


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
