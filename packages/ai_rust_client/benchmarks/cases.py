"""The cases. Each is one kind of work, in which all contenders take turns."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Case:
    """`work` is the work of an order (see worker.py), with `count` pieces; costs are for each of `units`.

    With `each` the wall time is the median over the pieces of a round, otherwise the total divided by the units.
    `without` lists contenders that are left out, which the report mentions.
    """

    name: str
    title: str
    work: str
    path: str
    count: int = 1
    units: int = 1
    unit: str = "us"
    chunks: int = 0
    rounds: int = 9
    each: bool = False
    tls: bool = False
    without: tuple[str, ...] = ()

    @property
    def needs(self) -> str:
        """The method of a contender that the work calls."""
        return {"first": "ask", "later": "ask", "many": "aread"}.get(self.work, self.work)

    @property
    def warm(self) -> bool:
        """Whether each work starts with a call that is not measured.

        Some clients close a connection after 5 s. A new one would dominate work that is short or encrypted.
        """
        return self.needs in ("ask", "aask") or (self.tls and self.work == "read")

    def quick(self) -> "Case":
        """Two rounds only, for a first impression."""
        rounds = 2
        if self.path.startswith("paced"):
            return replace(self, rounds=rounds, chunks=20, units=20, path="paced-20")
        return replace(self, rounds=rounds)


TOO_SLOW = ("litellm",)


def _requests(name: str, title: str, work: str, *, tls: bool = False) -> Case:
    return Case(name, title, work, "answer", count=50, units=50, each=True, tls=tls)


def _stream(
    name: str, title: str, kind: str, chunks: int, work: str = "read", *, rounds: int = 9, tls: bool = False
) -> Case:
    return Case(name, title, work, f"{kind}-{chunks}", units=chunks, chunks=chunks, rounds=rounds, tls=tls)


def _many(name: str, title: str, *, tls: bool = False) -> Case:
    return Case(
        name, title, "many", "stream-200", count=100, unit="ms", chunks=200, rounds=7, tls=tls, without=TOO_SLOW
    )


CASES = (
    _requests("request", "a request, sync", "ask"),
    _requests("arequest", "a request, async", "aask"),
    _stream("bulk", "a chunk, in writes of 16 KiB", "stream", 2000),
    _stream("varied", "a chunk with a field that changes, 16 KiB", "varied", 2000),
    _stream("apart", "a chunk, a write for each", "apart", 2000),
    _stream("paced", "a chunk, one every 5 ms, sync", "paced", 100, rounds=5),
    _stream("apaced", "a chunk, one every 5 ms, async", "paced", 100, "aread", rounds=5),
    Case("first", "1.2 MB history, first turn", "first", "answer", unit="ms"),
    Case("later", "1.2 MB history, later turns", "later", "answer", count=5, units=5, unit="ms", each=True),
    _many("many", "100 streams of 200 chunks"),
    _requests("tls_request", "TLS: a request, sync", "ask", tls=True),
    _requests("tls_arequest", "TLS: a request, async", "aask", tls=True),
    _stream("tls_bulk", "TLS: a chunk, in writes of 16 KiB", "stream", 2000, tls=True),
    _stream("tls_apart", "TLS: a chunk, a frame for each", "apart", 2000, tls=True),
    _many("tls_many", "TLS: 100 streams of 200 chunks", tls=True),
)
