"""The performance targets of the package with their limits, judged by a run."""

import statistics
from dataclasses import dataclass, field

from measure import Costs, quartiles
from registry import NATIVE, OURS, RUST_BACKED
from start import BARE, Started


@dataclass
class Results:
    """The measurements of a run."""

    costs: dict[str, dict[str, Costs]] = field(default_factory=dict)
    imports: dict[str, Started] = field(default_factory=dict)
    first_answers: dict[str, Started] = field(default_factory=dict)
    idle_memory: dict[str, float] = field(default_factory=dict)
    requests_memory: dict[str, float] = field(default_factory=dict)
    run_memory: dict[str, float] = field(default_factory=dict)
    streams_memory: dict[str, float] = field(default_factory=dict)
    wheel: float | None = None


@dataclass(frozen=True)
class Ratio:
    """A limit for the costs of `over` relative to `under`, in each of the cases. The cheapest of `over` counts."""

    text: str
    cases: tuple[str, ...]
    over: tuple[str, ...]
    under: str
    limit: float
    least: bool = False
    kind: str = "cpu"


@dataclass(frozen=True)
class Judged:
    """A target with its measurement."""

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
        """Whether the limit is between the quartiles: another run may have another result."""
        return self.low <= self.limit <= self.high and self.low < self.high


REQUESTS, AREQUESTS = ("request", "tls_request"), ("arequest", "tls_arequest")
CHUNKS = ("bulk", "varied", "apart", "paced", "apaced", "tls_bulk", "tls_apart")
MANY = ("many", "tls_many")
OPENAI = ("openai",)
RATIOS = (
    Ratio("request, sync: CPU / native", REQUESTS, (OURS,), NATIVE, 1.5),
    Ratio("request, async: CPU / native", AREQUESTS, (OURS,), NATIVE, 2.5),
    Ratio("request: CPU of openai / ai_rust_client", REQUESTS + AREQUESTS, OPENAI, OURS, 15, least=True),
    Ratio("request: wall p50 / native", REQUESTS + AREQUESTS, (OURS,), NATIVE, 1.5, kind="wall"),
    Ratio("chunk: CPU / native", CHUNKS, (OURS,), NATIVE, 1.6),
    Ratio("chunk: CPU of openai / ai_rust_client", CHUNKS, OPENAI, OURS, 30, least=True),
    Ratio("chunk: CPU of the best other Rust client / ai_rust_client", CHUNKS, RUST_BACKED, OURS, 2, least=True),
    Ratio("chunk as event object: CPU of openai / ai_rust_client", CHUNKS, OPENAI, "as events", 15, least=True),
    Ratio("history, first turn: CPU of openai / ai_rust_client", ("first",), OPENAI, OURS, 50, least=True),
    Ratio("history, later turns: CPU of openai / ai_rust_client", ("later",), OPENAI, OURS, 150, least=True),
    Ratio("history, later turns: CPU / native with a prepared body", ("later",), (OURS,), NATIVE, 1.5),
    Ratio("100 streams: wall / native", MANY, (OURS,), NATIVE, 2.5, kind="wall"),
    Ratio("100 streams: wall of openai / ai_rust_client", MANY, OPENAI, OURS, 20, least=True, kind="wall"),
)
MAX_IMPORT_MS = 5
MAX_FIRST_ANSWER_MS = 30
MAX_REQUESTS_MB = 10
MAX_STREAMS_MB = 20
MAX_WHEEL_MB = 5


def judge(results: Results) -> list[Judged]:
    """All targets that the run has measurements for."""
    judged = [one for ratio in RATIOS for case in ratio.cases if (one := _ratio(ratio, case, results)) is not None]
    if OURS in results.imports:
        bare = results.imports[BARE].median("cpu")
        values = [(cpu - bare) * 1e3 for cpu in results.imports[OURS].cpu]
        judged.append(_amount("import, over bare Python (CPU)", values, "ms", MAX_IMPORT_MS))
    if OURS in results.first_answers:
        values = [wall * 1e3 for wall in results.first_answers[OURS].wall]
        judged.append(_amount("process start to first answer (wall)", values, "ms", MAX_FIRST_ANSWER_MS))
    if OURS in results.requests_memory:
        judged.append(_amount("memory after 100 requests", [results.requests_memory[OURS]], "MB", MAX_REQUESTS_MB))
    if OURS in results.streams_memory:
        judged.append(_amount("memory of 100 paced streams", [results.streams_memory[OURS]], "MB", MAX_STREAMS_MB))
    if results.wheel is not None:
        judged.append(_amount("wheel", [results.wheel], "MB", MAX_WHEEL_MB))
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
