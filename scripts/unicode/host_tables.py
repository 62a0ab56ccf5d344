"""Writes the tables of characters that decide which host names are shown in Unicode.

    uv run --no-project --with PyICU scripts/unicode/host_tables.py

PyICU needs the development files of ICU (Debian: libicu-dev). The tables depend on the version of Unicode that this ICU
knows; the first line of each names it.
"""

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import icu

FOLDER = Path(__file__).parents[2] / "packages/minimal_browser_core/src/minimal_browser_core/hosts"

# Characters that UTS 39 allows in identifiers and that Chromium refuses in host names
# (https://chromium.googlesource.com/chromium/src/+/main/docs/idn.md): punctuation that looks like a hyphen, a quotation
# mark or a slash, and letters that hardly any language uses.
REFUSED = (
    (0x0138, 0x0138), (0x01CD, 0x01DC), (0x02BB, 0x02BC), (0x02EC, 0x02EC), (0x0338, 0x0338), (0x058A, 0x058A),
    (0x1C80, 0x1C8F), (0x1E00, 0x1E9B), (0x1F00, 0x1FFF), (0x200C, 0x200D), (0x2010, 0x2010), (0x2019, 0x2019),
    (0x2027, 0x2027), (0x30A0, 0x30A0), (0xA640, 0xA69F), (0xA720, 0xA7FF),
)  # fmt: skip

# What UTS 39 does not list as confusable, although it looks alike in the fonts of an address bar. Several strings after
# a letter are alternatives.
SIMILAR = {
    "ae": "æӕ", "b": "ƅьҍв", "c": "ҫင", "d": "ԃძđ", "e": "єҽҿၔ", "f": "ғӻ", "g": "ԍဌ", "h": "ħнћңҥӈӊԋԧԩ",
    "j": "၂", "k": "ĸκкқҝҟҡӄԟ", "l": "ł", "m": "мӎ", "n": "ŋпԥกח", "o": "øðө०০੦૦ଠ୦೦", "p": "ϼҏ", "q": "৭੧૧",
    "r": "ґ", "s": "ടรຣຮ", "t": "ŧтҭԏ七丅丆丁", "u": "บບ", "w": "ωшщพฟພຟ", "x": "χҳӽӿ乂", "y": "ұ丫",
    "2": "२২੨૨೩೭շ", "3": "зҙӡউওउਤੜ੩૩౩ဒვკპ", "4": "੫丩ㄐ", "5": "ƽ", "6": "ճб", "8": "৪੪୫", "9": "૭୨౨",
    "-": "一",
}  # fmt: skip
ALTERNATIVES = {"þ": ("b", "p"), "œ": ("ce", "oe"), "ӏ": ("i", "l"), "ə": ("e", "a"), "θ": ("0", "o")}


def main() -> None:
    """Write both tables."""
    checker = icu.SpoofChecker()
    characters = [character for character in allowed_characters(checker) if is_lower_case(character)]
    ranges = [f"{first:04X}-{last:04X} {scripts}".rstrip() for first, last, scripts in script_ranges(characters)]
    write("characters.txt", "characters allowed in host names (UTS 39, without those that Chromium refuses)", ranges)
    lookalikes = [f"{character} {' '.join(alike)}" for character, alike in latin_lookalikes(checker, characters)]
    write("lookalikes.txt", "characters and the ASCII text that they look like (UTS 39 skeletons and more)", lookalikes)


def allowed_characters(checker: icu.SpoofChecker) -> Iterator[str]:
    """Yield the recommended characters and those for inclusion, in order."""
    allowed = icu.UnicodeSet()
    allowed.addAll(checker.getRecommendedUnicodeSet())
    allowed.addAll(checker.getInclusionUnicodeSet())
    for index in range(allowed.getRangeCount()):
        for code in range(ord(allowed.getRangeStart(index)), ord(allowed.getRangeEnd(index)) + 1):
            if not any(first <= code <= last for first, last in REFUSED):
                yield chr(code)


def is_lower_case(character: str) -> bool:
    """Whether a normalised host name can contain the character: it is not a form of another one."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", character).casefold()) == character or (
        character in "ßς"
    )


def script_ranges(characters: list[str]) -> Iterator[tuple[int, int, str]]:
    """Yield runs of adjacent characters with the same scripts; those of all scripts (Common, Inherited) have none."""
    first = last = ord(characters[0])
    names = scripts_of(characters[0])
    for character in characters[1:]:
        if ord(character) == last + 1 and scripts_of(character) == names:
            last += 1
            continue
        yield first, last, names
        first = last = ord(character)
        names = scripts_of(character)
    yield first, last, names


def scripts_of(character: str) -> str:
    """Return the codes of the character's scripts (Script_Extensions of UAX 24)."""
    codes = (icu.Script(code).getShortName() for code in icu.Script.getScriptExtensions(character))
    return " ".join(sorted(code for code in codes if code not in ("Zyyy", "Zinh")))


def latin_lookalikes(checker: icu.SpoofChecker, characters: list[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each character that looks like ASCII text other than itself."""
    similar = {character: text for text, group in SIMILAR.items() for character in group}
    for character in sorted({*characters, *similar, *ALTERNATIVES}):
        alike = ALTERNATIVES.get(character) or (skeleton(checker, similar.get(character, character)),)
        if alike != (character,) and all(text.isascii() and text for text in alike):
            yield character, alike


def skeleton(checker: icu.SpoofChecker, text: str) -> str:
    """Return the skeleton of UTS 39 in lower case, without accents."""
    decomposed = unicodedata.normalize("NFD", checker.getSkeleton(0, text).lower())
    return "".join(character for character in decomposed if unicodedata.category(character) != "Mn")


def write(name: str, content: str, lines: list[str]) -> None:
    """Write a table with a comment on where it comes from."""
    source = "https://www.unicode.org/reports/tr39/, under the Unicode licence: https://www.unicode.org/license.txt"
    head = [f"# Unicode {icu.UNICODE_VERSION}: {content}", f"# Written by scripts/unicode/host_tables.py. {source}"]
    (FOLDER / name).write_text("\n".join([*head, *lines]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
