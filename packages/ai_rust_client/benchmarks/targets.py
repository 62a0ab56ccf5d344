"""What the project asks of itself: all limits stand here, and what is met is computed from a run."""

import statistics
from dataclasses import dataclass, field

from measure import Costs, quartiles
from registry import NATIVE, OURS, RUST_BACKED
from start import BARE, Started


@dataclass
class Results:
    costs: dict[str, dict[str, Costs]] = field(default_factory=dict)
    imports: dict[str, Started] = field(default_factory=dict)
    first_answers: dict[str, Started] = field(default_factory=dict)
    requests_memory: dict[str, float] = field(default_factory=dict)
    streams_memory: dict[str, float] = field(default_factory=dict)
    wheel: float | None = None


@dataclass(frozen=True)
class Ratio:
    """What `over` takes of what `under` takes, in each of the cases. Of several in `over` the cheapest counts."""

    text: str
    cases: tuple[str, ...]
    over: tuple[str, ...]
    under: str
    limit: float
    least: bool = False
    kind: str = "cpu"


@dataclass(frozen=True)
class Judged:
    text: str
    case: str
    value: float
    unit: str
    limit: float
    least: bool
    low: float
    high: float

    @property
    def met(self) -> bool:
        return self.value >= self.limit if self.least else self.value <= self.limit

    @property
    def close(self) -> bool:
        """Whether the limit is within the quartiles: another run may judge otherwise."""
        return self.low <= self.limit <= self.high and self.low < self.high


REQUESTS, AREQUESTS = ("request", "tls_request"), ("arequest", "tls_arequest")
CHUNKS = ("bulk", "varied", "apart", "paced", "apaced", "tls_bulk", "tls_apart")
MANY = ("many", "tls_many")
OPENAI = ("openai",)
RATIOS = (
    Ratio("request, sync: CPU of native's", REQUESTS, (OURS,), NATIVE, 1.5),
    Ratio("request, async: CPU of native's", AREQUESTS, (OURS,), NATIVE, 2.5),
    Ratio("request: openai's CPU of ours", REQUESTS + AREQUESTS, OPENAI, OURS, 15, least=True),
    Ratio("request: wall p50 of native's", REQUESTS + AREQUESTS, (OURS,), NATIVE, 1.5, kind="wall"),
    Ratio("chunk: CPU of native's", CHUNKS, (OURS,), NATIVE, 1.6),
    Ratio("chunk: openai's CPU of ours", CHUNKS, OPENAI, OURS, 30, least=True),
    Ratio("chunk: CPU of the best Rust-backed peer, of ours", CHUNKS, RUST_BACKED, OURS, 2, least=True),
    Ratio("chunk as event object: openai's CPU of ours", CHUNKS, OPENAI, "as events", 15, least=True),
    Ratio("history, first turn: openai's CPU of ours", ("first",), OPENAI, OURS, 50, least=True),
    Ratio("history, later turns: openai's CPU of ours", ("later",), OPENAI, OURS, 150, least=True),
    Ratio("history, later turns: CPU of native's with a body made before", ("later",), (OURS,), NATIVE, 1.5),
    Ratio("100 streams: wall of native's", MANY, (OURS,), NATIVE, 2.5, kind="wall"),
    Ratio("100 streams: openai's wall of ours", MANY, OPENAI, OURS, 20, least=True, kind="wall"),
)
MOST_IMPORT_MS = 5
MOST_FIRST_ANSWER_MS = 30
MOST_REQUESTS_MB = 10
MOST_STREAMS_MB = 20
MOST_WHEEL_MB = 5


def judge(results: Results) -> list[Judged]:
    """All that the run gives; what was left out of it is not judged."""
    judged = [one for ratio in RATIOS for case in ratio.cases if (one := _ratio(ratio, case, results)) is not None]
    if OURS in results.imports:
        bare = results.imports[BARE].median("cpu")
        values = [(cpu - bare) * 1e3 for cpu in results.imports[OURS].cpu]
        judged.append(_amount("import, over bare Python (CPU)", values, "ms", MOST_IMPORT_MS))
    if OURS in results.first_answers:
        values = [wall * 1e3 for wall in results.first_answers[OURS].wall]
        judged.append(_amount("process start to first answer (wall)", values, "ms", MOST_FIRST_ANSWER_MS))
    if OURS in results.requests_memory:
        judged.append(_amount("memory after 100 requests", [results.requests_memory[OURS]], "MB", MOST_REQUESTS_MB))
    if OURS in results.streams_memory:
        judged.append(_amount("memory of 100 paced streams", [results.streams_memory[OURS]], "MB", MOST_STREAMS_MB))
    if results.wheel is not None:
        judged.append(_amount("wheel", [results.wheel], "MB", MOST_WHEEL_MB))
    return judged


def _ratio(ratio: Ratio, case: str, results: Results) -> Judged | None:
    costs = results.costs.get(case, {})
    over = [costs[name] for name in ratio.over if name in costs]
    if not over or ratio.under not in costs:
        return None
    best = min(over, key=lambda one: one.median(ratio.kind))
    pairs = zip(best.of(ratio.kind), costs[ratio.under].of(ratio.kind), strict=True)
    low, middle, high = quartiles([one / other for one, other in pairs])
    return Judged(ratio.text, case, middle, "x", ratio.limit, ratio.least, low, high)


def _amount(text: str, values: list[float], unit: str, limit: float) -> Judged:
    low, _, high = quartiles(values)
    return Judged(text, "", statistics.median(values), unit, limit, False, low, high)
