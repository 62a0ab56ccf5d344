"""The log of `llm`: its schema, written by `log_to_db` and read like `llm logs -q`."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import llm
import sqlite_utils
from clock import Clock
from llm.logs import LogStore, merged_log_rows, message_hash
from row import Row

from contenders.contender import Contender, Durability, Rates, batches

Message: Any = llm.Message
TextPart: Any = llm.parts.TextPart


class Store(Contender):
    """A logs.db of `llm`."""

    DURABILITIES: tuple[Durability, ...] = ("full",)  # its default: a rollback journal, synchronous

    def build(self, rows: Iterator[Row], *, cjk: bool) -> Rates:
        """Write its tables directly: its API would take two milliseconds per row."""
        clock, count = Clock(), 0
        self.open()
        for batch in batches(rows):
            tables = as_tables(batch, count)
            clock.time(lambda tables=tables: self.load(tables))
            count += len(batch)
        self.close()
        return {"past its API": count / clock.seconds}

    def load(self, tables: dict[str, list[tuple[object, ...]]]) -> None:
        with self.db.atomic():
            for head, rows in tables.items():
                places = ", ".join("?" * len(rows[0]))
                self.db.conn.executemany(f"insert into {head} values ({places})", rows)

    def open(self, durability: Durability = "normal") -> None:
        self.db: Any = sqlite_utils.Database(self.folder / "logs.db")
        self.log: Any = LogStore(self.db)

    def close(self) -> None:
        self.db.close()

    def search(self, query: str, *, recent: bool = False, exact: bool = False, cjk: bool = False) -> int:
        return len(merged_log_rows(self.log, count=20, query=query, latest=recent))

    def append(self, row: Row) -> None:
        response: Any = Canned(row).prompt(row.prompt)
        response.text()
        response.log_to_db(self.db)

    def recent(self) -> int:
        return len(merged_log_rows(self.log, count=50))


class Canned(llm.Model):
    """A model with a fixed answer."""

    can_stream = False

    def __init__(self, row: Row) -> None:
        self.model_id = row.model
        self.answer = row.response

    def execute(self, prompt: Any, stream: Any, response: Any, conversation: Any) -> Iterator[str]:
        yield self.answer


def as_tables(batch: list[Row], before: int) -> dict[str, list[tuple[object, ...]]]:
    """The rows that `log_to_db` writes, by the table and columns."""
    tables: dict[str, list[tuple[object, ...]]] = {
        "messages (hash, parent_hash, role)": [],
        "parts (message_hash, position, type, text)": [],
        "threads (id, name, tip_message_hash, datetime_utc)": [],
        "turns (id, thread_id, parent_message_hash, tip_message_hash, model, duration_ms, datetime_utc)": [],
        "turn_search (turn_id, prompt, response)": [],
    }
    messages, parts, threads, turns, searched = tables.values()
    for n, row in enumerate(batch, before):
        question = message_hash(Message(role="user", parts=[TextPart(text=row.prompt)]), None)
        answer = message_hash(Message(role="assistant", parts=[TextPart(text=row.response)]), question)
        at = datetime.fromtimestamp(row.timestamp / 1000, UTC).isoformat()
        thread, turn = f"{n:026}", f"{n:025}t"
        messages += [(question, None, "user"), (answer, question, "assistant")]
        parts += [(question, 0, "text", row.prompt), (answer, 0, "text", row.response)]
        threads.append((thread, row.prompt[:100], answer, at))
        turns.append((turn, thread, question, answer, row.model, 1, at))
        searched.append((turn, row.prompt, row.response))
    return tables
