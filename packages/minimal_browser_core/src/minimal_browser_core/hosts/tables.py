"""Reads the tables in this folder, each once."""

from functools import cache
from pathlib import Path


@cache
def character_ranges() -> tuple[list[int], list[int], list[frozenset[str]]]:
    """The characters allowed in host names: first and last code of each range, in order, and its scripts."""
    first, last, scripts = [], [], []
    for line in rows("characters.txt"):
        span, *codes = line.split(" ")
        start, _, end = span.partition("-")
        first.append(int(start, 16))
        last.append(int(end, 16))
        scripts.append(frozenset(codes))
    return first, last, scripts


@cache
def lookalikes() -> dict[str, tuple[str, ...]]:
    """Characters, and the ASCII texts that each looks like."""
    return {line[0]: tuple(line[2:].split(" ")) for line in rows("lookalikes.txt")}


@cache
def latin_like_letters() -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """Scripts, the letters of each that look Latin, and the top-level domains where they are usual."""
    table = {}
    for line in rows("latin_like_letters.txt"):
        script, letters, *domains = line.split(" ")
        table[script] = (frozenset(letters), frozenset(domains))
    return table


def rows(name: str) -> list[str]:
    """The lines of a table, without comments."""
    lines = Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("# ")]
