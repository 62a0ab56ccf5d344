"""Finds host names that look like a well-known domain, such as `googlé.com`."""

import unicodedata
from functools import cache
from itertools import islice, product

from minimal_browser_core.hosts.spoofing import is_latin_greek_or_cyrillic
from minimal_browser_core.hosts.tables import lookalikes, rows

MAX_LABELS = 4
"""Labels of the longest known domain."""
MAX_READINGS = 128
"""How many readings of a name are compared, if some of its letters look like several others."""


def imitated_domain(host: str) -> str:
    """Return the known domain that `host`, or a domain above it, looks like without being it; "" if there is none."""
    labels = host.rstrip(".").split(".")
    for count in range(min(MAX_LABELS, len(labels)), 1, -1):
        name = ".".join(labels[-count:])
        for reading in skeletons(name):
            known = _known_domains().get(reading)
            if known is not None:
                return "" if name == known else known
    return ""


def skeletons(name: str) -> set[str]:
    """Return the ASCII texts that a name looks like; characters that look like none stay as they are."""
    if is_latin_greek_or_cyrillic(name):
        decomposed = unicodedata.normalize("NFD", name)
        name = "".join(character for character in decomposed if unicodedata.category(character) != "Mn")
    table = lookalikes()
    choices = (table.get(character, (character,)) for character in name)
    return {"".join(reading) for reading in islice(product(*choices), MAX_READINGS)}


@cache
def _known_domains() -> dict[str, str]:
    return {reading: domain for domain in rows("known_domains.txt") for reading in skeletons(domain)}
