"""Take the dates, `before:` and `after:`, out of a query, with the same rules as `storage_rust`."""

import re
from datetime import UTC, datetime

from minimal_browser_core.errors import InvalidData
from minimal_browser_core.storage.python import convert
from minimal_browser_core.storage.python.search.query import PLAIN, Fields, Term, terms

_TERM = re.compile("(before|after):(.+)", re.IGNORECASE | re.ASCII | re.DOTALL)
_DATE = re.compile("[0-9]{4}(-[0-9]{1,2}){0,2}")


def split_dates(
    text: str, fields: Fields, since: int | None = None, until: int | None = None
) -> tuple[str, int | None, int | None]:
    """Return the query without its dates, and the bounds `since` and `until` restricted by these.

    A date is the beginning of a local year, month or day; in quotes it is text. Other values raise `InvalidData`.
    """
    rest: list[str] = []
    is_changed = False
    for term in terms(text, fields):
        if (match := _date_term(term)) is None:
            rest.append(text[term.start : term.end])
            continue
        is_changed = True
        name = match[1].lower()
        moment = _milliseconds(name, match[2].rstrip("*").strip('"'))
        if (name == "after") != term.negative:
            since = moment if since is None else max(since, moment)
        else:
            until = moment if until is None else min(until, moment)
    return " ".join(rest) if is_changed else text, since, until


def _date_term(term: Term) -> re.Match[str] | None:
    match = None if term.quoted or term.field != PLAIN else _TERM.fullmatch(term.text)
    return match if match and match[2].rstrip("*").strip('"') else None


def _milliseconds(name: str, value: str) -> int:
    try:
        if not _DATE.fullmatch(value):
            raise ValueError
        year, month, day = [*map(int, value.split("-")), 1, 1][:3]
        date = datetime(year, month, day)
    except ValueError:
        raise InvalidData(
            f"{name}:{value:.50} is not a date: write a year, a month or a day, as in {name}:2025, {name}:2025-03 or "
            f"{name}:2025-03-09. In quotes it is searched as text."
        ) from None
    try:
        local = date.astimezone()
    except (OverflowError, OSError, ValueError):  # beyond what the system's time zones cover
        local = date.replace(tzinfo=UTC)
    return convert.milliseconds(name, local)
