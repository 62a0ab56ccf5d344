"""Rank the rows that have some words of a query, for conversations and pages, exactly as `storage_rust` does.

A cursor holds the plan of the first page and the rows that were returned, so that following pages neither repeat nor
lose a row when rows are added in between.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final

from minimal_browser_core.errors import InvalidData
from minimal_browser_core.storage.port import MatchMode
from minimal_browser_core.storage.python.convert import MAX_ID
from minimal_browser_core.storage.python.db.error_translation import corrupt
from minimal_browser_core.storage.python.search.loose_query import LooseQuery
from minimal_browser_core.storage.python.search.query import Fields, Part, any_part, part_expression
from minimal_browser_core.storage.python.search.relaxation import Plan, Word, max_rows

COUNTED: Final = 4_096  # rows with a word that are counted before the rest is extrapolated
_KIND: Final = "some"
_OLDEST: Final = -MAX_ID - 1


def check_match(value: object) -> MatchMode:
    """Check the name of a mode."""
    if value == "auto" or value == "all" or value == "any":
        return value
    raise InvalidData(f"match must be 'auto', 'all' or 'any', not {value!r:.50}")


@dataclass(frozen=True, slots=True)
class Index:
    """The index of a store: the statements `ids`, `frequency`, `candidates` and `scores`, and the fields."""

    sql: Mapping[str, str]
    fields: Fields


@dataclass(frozen=True, slots=True)
class Position:
    """Where a listing continues: among the rows from `oldest` to `newest`, without those that were `seen`."""

    oldest: int
    newest: int
    plan: Plan
    seen: frozenset[int]

    def cursor(self, ids: Iterable[int]) -> str:
        """Return the cursor after the rows `ids`, too. Each id is written as its distance to the one before."""
        plan, last, deltas = self.plan, 0, []
        for id in sorted(self.seen.union(ids)):
            deltas.append(str(id - last))
            last = id
        words = ",".join(f"{word.index}.{word.frequency}" for word in plan.words)
        keys = [self.oldest, self.newest, plan.min_words, plan.candidates, int(plan.complete), words, ".".join(deltas)]
        return ":".join([_KIND, *map(str, keys)])


def is_position(cursor: object) -> bool:
    """Return whether a cursor is one of these."""
    return isinstance(cursor, str) and cursor.split(":", 1)[0] == _KIND


def read_position(cursor: str, query: LooseQuery) -> Position:
    """Read a cursor. Raises `InvalidData`."""
    try:
        _, oldest, newest, min_words, candidates, complete, words, seen = cursor.split(":")
        plan = Plan(
            tuple(_read_word(word) for word in words.split(",") if word),
            int(candidates),
            int(min_words),
            complete == "1",
        )
        ids = accumulate(int(delta) for delta in seen.split(".") if delta)
        position = Position(int(oldest), int(newest), plan, frozenset(ids))
        count = len(plan.words)
        is_sound = min(count, 1) <= plan.candidates <= count and plan.min_words >= 0
        if not is_sound or not (count or query.mandatory):
            raise ValueError
        numbers = [position.oldest, position.newest, *position.seen]
        if max(numbers) > MAX_ID or min(numbers) < _OLDEST:
            raise ValueError
        if not all(0 <= word.index < len(query.optional) and word.frequency > 0 for word in plan.words):
            raise ValueError
    except ValueError:
        raise InvalidData(f"cursor {cursor!r:.80} is not from this listing") from None
    return position


def _read_word(text: str) -> Word:
    index, frequency = map(int, text.split("."))
    return Word(index, frequency)


@dataclass(frozen=True, slots=True)
class Ranking:
    """Rows as (score, id), the best first, and the parts that they may match."""

    rows: list[tuple[float, int]]
    parts: list[Part]
    position: Position
    complete: bool


def count_rows(db: sqlite3.Connection, index: Index) -> tuple[int, int, int]:
    """Return the first and the last id, and about how many rows there are."""
    first, last = db.execute(index.sql["ids"]).fetchone()
    return first, last, max(last - first + 1, 1)


def frequency_of(db: sqlite3.Connection, index: Index, part: Part) -> int:
    """Return about how many rows have a part."""
    values = {"match": part_expression(part, index.fields), "bound": COUNTED}
    count, last_counted = db.execute(index.sql["frequency"], values).fetchone()
    if count < COUNTED:
        return int(count)
    first, _, rows = count_rows(db, index)
    return round(int(count) / max(int(last_counted) - first + 1, 1) * rows)


def make_plan(
    db: sqlite3.Connection, index: Index, query: LooseQuery, mode: MatchMode, budget: float
) -> tuple[Plan, int] | None:
    """Return the plan of a first page, and the newest id; None if no row can match."""
    _, last, rows = count_rows(db, index)
    plan_of = Plan.any if mode == "any" else Plan.most
    plan = plan_of(query, rows, budget, lambda part: frequency_of(db, index, part))
    return None if plan is None else (plan, last)


def rank(
    db: sqlite3.Connection,
    index: Index,
    query: LooseQuery,
    filters: Mapping[str, Any],
    position: Position,
    *,
    max_ranked: int | None,
) -> Ranking:
    """Rank the rows of a plan; with `max_ranked`, the newest of them."""
    plan = position.plan
    parts = plan.parts(query)
    candidates = parts[: plan.candidates]
    max_ids = MAX_ID if max_ranked is None else int(max_rows(max_ranked, len(plan.words)))
    values: dict[str, Any] = dict(filters) | {
        "first": position.oldest,
        "last": position.newest,
        "match": query.expression(candidates, index.fields),
        "bound": min(max_ids + 1, MAX_ID),
    }
    ids = [id for (id,) in db.execute(index.sql["candidates"], values)]
    oldest = position.oldest
    if len(ids) > max_ids:
        oldest = ids[-1]
    shares = _shares(db, index, query, plan, ids)
    wanted = {id: share for id, share in shares.items() if id not in position.seen}
    values |= {"match": query.expression(parts, index.fields), "ids": json.dumps(list(wanted))}
    scores = db.execute(index.sql["scores"], values).fetchall() if wanted else []
    if any(score is None for _, score in scores):
        raise corrupt("the index has lost the sizes of its texts")
    rows = sorted(((wanted[id] * -score, id) for id, score in scores), reverse=True)
    position = Position(oldest, position.newest, plan, position.seen)
    return Ranking(rows, [*query.mandatory, *parts], position, plan.complete and oldest == _OLDEST)


def start(plan: Plan, newest: int, seen: Iterable[int]) -> Position:
    """Return the position of a first page without the rows `seen`."""
    return Position(_OLDEST, newest, plan, frozenset(seen))


def _shares(db: sqlite3.Connection, index: Index, query: LooseQuery, plan: Plan, ids: list[int]) -> dict[int, float]:
    """Return the share of the weights of the words that each row has, for the rows with enough words."""
    _, _, rows = count_rows(db, index)
    weights = plan.weights(query, rows)
    total = sum(weights)
    parts = plan.parts(query)
    candidates = any_part(parts[: plan.candidates], index.fields)
    counts, sums = dict.fromkeys(ids, 0), dict.fromkeys(ids, 0.0)
    bounds = {"first": min(ids, default=0), "last": max(ids, default=0)}
    for n, (part, weight) in enumerate(zip(parts, weights, strict=True)):
        expression = part_expression(part, index.fields)
        if n >= plan.candidates:
            expression = f"({expression}) AND ({candidates})"
        for (id,) in db.execute(index.sql["rows_with"], bounds | {"match": expression}):
            if id in counts:
                counts[id] += 1
                sums[id] += weight
    return {id: sums[id] / total if total else 1.0 for id, count in counts.items() if count >= plan.min_words}
