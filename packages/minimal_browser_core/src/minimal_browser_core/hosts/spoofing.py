"""Decides whether a label of a host name can be shown in Unicode without being taken for another one.

The rules and their order are those of Chromium (https://chromium.googlesource.com/chromium/src/+/main/docs/idn.md), the
terms those of UTS 39 (https://www.unicode.org/reports/tr39/).
"""

import re
import unicodedata
from bisect import bisect_right
from functools import cache

from minimal_browser_core.hosts.tables import character_ranges, latin_like_letters, lookalikes, rows

# Scripts that one language uses together (UTS 39, 5.1).
_LOGICAL_SCRIPTS = {
    "Hani": ("Hanb", "Jpan", "Kore"),
    "Bopo": ("Hanb",),
    "Hira": ("Jpan",),
    "Kana": ("Jpan",),
    "Hang": ("Kore",),
}
_EAST_ASIAN = frozenset({"Hanb", "Jpan", "Kore"})
_JAPANESE = frozenset({"Kana", "Hira", "Hani"})
_IDEOGRAPHIC = frozenset({*_JAPANESE, "Bopo"})
_ALPHABETS = frozenset({"Latn", "Grek", "Cyrl"})

_DIGITS = frozenset("0123456789")
_ONLY_UNDER = {"þ": ("is", "fo"), "ð": ("is", "fo"), "ə": ("az",), "·": ("cat",)}
"""Letters that look like others, and the top-level domains of the languages that use them."""
_LOOKS_ALIKE_IN_KANA = re.compile("[\u3078-\u307a\u30d8-\u30da\u30fb-\u30fe]")
_COMBINING = re.compile("[\u0300-\u0339]")
_MIDDLE_DOT_OUTSIDE_OF_L = re.compile("(?<!l)·|·(?!l)")
_MISPLACED_MARK = re.compile("[\u3099\u309a]|ı[\u0300-\u0339]|[a-z]\u30fb|\u30fb[a-z]")
_DOT_ABOVE = "\u0307"
_LIKE_SLASHES = frozenset("ノンソゾ丶乀乁丿")
_LIKE_LATIN_OR_PUNCTUATION = frozenset("一ㄧ丨乛七丅十〇ㄒㄚㄟㄨㄩㄈㆺㆳ工ㆲ讠丁丩丫丆乂")


def is_safe(label: str, top_level: str, top_level_text: str) -> bool:
    """Return whether `label`, in Unicode, may be shown. The last label of the host is given in ASCII and in Unicode."""
    if not all(_is_allowed(character) for character in label) or not _uses_letters_of(label, top_level):
        return False
    if _mixes_digits(label) or _hides_a_mark(label) or _is_digit_lookalike(label):
        return False
    if _is_of_one_script(label) and not _LOOKS_ALIKE_IN_KANA.search(label) and not _COMBINING.search(label):
        return not _reads_as_latin(label, top_level, top_level_text)
    return _is_safe_mixture(label)


def is_latin_greek_or_cyrillic(name: str) -> bool:
    """Return whether a name consists of letters of these alphabets and of characters that any script uses."""
    return all(not (scripts := _scripts(character)) or scripts & _ALPHABETS for character in name)


def _is_safe_mixture(label: str) -> bool:
    """Whether several scripts, or a script with combining marks, are mixed as one language does."""
    if not _is_of_one_script(label) and not _is_east_asian_with_latin(label):
        return False
    if not is_latin_greek_or_cyrillic(label) and any(
        "Latn" in _scripts(character) and not character.isascii() for character in label
    ):
        return False
    if _MISPLACED_MARK.search(label) or _is_kana_lookalike(label):
        return False
    around = zip(["", *label], label, [*label[1:], ""], strict=False)
    return not any(_is_out_of_place(before, character, after) for before, character, after in around)


def _is_out_of_place(before: str, character: str, after: str) -> bool:
    """Whether a character stands next to one that makes it look like something else."""
    if character in _LIKE_SLASHES:
        return bool(before and after) and not _is_of(before, _JAPANESE) and not _is_of(after, _JAPANESE)
    if character in _LIKE_LATIN_OR_PUNCTUATION:
        return any(neighbour and not _is_of(neighbour, _IDEOGRAPHIC) for neighbour in (before, after))
    if character in "ヽヾ":
        return not _is_of(before, {"Kana"})
    if character == "ー":
        return not _is_of(before, {"Kana", "Hira"})
    return bool(_COMBINING.match(character)) and not _is_of(before, _ALPHABETS)


def _is_kana_lookalike(label: str) -> bool:
    """Whether one of へ, べ and ぺ is among Katakana, or one of ヘ, ベ and ペ among Hiragana: they look the same."""
    for lookalikes_of_other, script in (("へべぺ", "Kana"), ("ヘベペ", "Hira")):
        rest = [character for character in label if character not in lookalikes_of_other]
        if rest and len(rest) < len(label) and all(_is_of(character, {script}) for character in rest):
            return True
    return False


def _is_allowed(character: str) -> bool:
    """Whether the character is allowed in identifiers (UTS 39, 3.1)."""
    first, last, _scripts = character_ranges()
    index = bisect_right(first, ord(character)) - 1
    return index >= 0 and ord(character) <= last[index]


def _uses_letters_of(label: str, top_level: str) -> bool:
    """Whether letters that only some languages use are under a domain of theirs."""
    if len(label) == 1:
        return True
    usual = all(top_level in domains for letter, domains in _ONLY_UNDER.items() if letter in label)
    return usual and not _MIDDLE_DOT_OUTSIDE_OF_L.search(label)


def _mixes_digits(label: str) -> bool:
    """Whether the label has digits of several number systems (UTS 39, 5.3)."""
    return len({ord(character) - unicodedata.decimal(character) for character in label if character.isdecimal()}) > 1


def _hides_a_mark(label: str) -> bool:
    """Whether a combining mark cannot be seen: on top of the same one, or a dot over a letter that has one."""
    base, marks = "", set[str]()
    for character in unicodedata.normalize("NFD", label):
        if unicodedata.category(character) not in ("Mn", "Cn"):  # Cn: unknown to this version of Python
            base, marks = character, set()
        elif character in marks or (character == _DOT_ABOVE and _looks_dotted(base)):
            return True
        else:
            marks.add(character)
    return False


def _looks_dotted(base: str) -> bool:
    return base in {"i", "j", "l"} or not {"i", "j", "l"}.isdisjoint(lookalikes().get(base, ()))


def _is_digit_lookalike(label: str) -> bool:
    """Whether the label reads as a number but is not one."""
    return not label.isascii() and all(
        character in _DIGITS or not _DIGITS.isdisjoint(lookalikes().get(character, ())) for character in label
    )


def _is_of_one_script(label: str) -> bool:
    """Whether one script, or those of one language, has all characters (UTS 39, 5.1)."""
    return _common_scripts(label) != frozenset()


def _is_east_asian_with_latin(label: str) -> bool:
    """Whether the label is Chinese, Japanese or Korean apart from Latin letters ("highly restrictive", UTS 39, 5.2)."""
    rest = "".join(character for character in label if "Latn" not in _scripts(character))
    common = _common_scripts(rest)
    return common is not None and bool(common & _EAST_ASIAN)


def _common_scripts(text: str) -> frozenset[str] | None:
    """The scripts that all characters have in common; None if any script has them."""
    common: frozenset[str] | None = None
    for character in text:
        scripts = _scripts(character)
        if scripts:
            together = scripts.union(*(_LOGICAL_SCRIPTS.get(script, ()) for script in scripts))
            common = together if common is None else common & together
    return common


def _reads_as_latin(label: str, top_level: str, top_level_text: str) -> bool:
    """Whether all letters of the label look Latin, which nobody expects under this top-level domain."""
    for script, (letters, domains) in latin_like_letters().items():
        used = {character for character in label if script in _scripts(character)}
        expected = top_level in domains or any(script in _scripts(character) for character in top_level_text)
        if used and used <= letters and not expected:
            return label not in _harmless_words()
    return False


def _is_of(character: str, scripts: frozenset[str] | set[str]) -> bool:
    return bool(character) and bool(_scripts(character) & scripts)


def _scripts(character: str) -> frozenset[str]:
    """The scripts that use the character; none if all do."""
    first, last, scripts = character_ranges()
    index = bisect_right(first, ord(character)) - 1
    return scripts[index] if index >= 0 and ord(character) <= last[index] else frozenset()


@cache
def _harmless_words() -> frozenset[str]:
    return frozenset(rows("harmless_words.txt"))
