"""tantivy, a search engine in Rust with durable commits, but without the other features of a store."""

from collections.abc import Iterator

import tantivy
from clock import Clock
from row import Row

from contenders.contender import Contender, Durability, Rates, batches

FIELDS = ["prompt", "response"]
HEAP = 128_000_000


class Store(Contender):
    """An index with stored texts."""

    DURABILITIES: tuple[Durability, ...] = ("full",)

    def build(self, rows: Iterator[Row], *, cjk: bool) -> Rates:
        clock, count = Clock(), 0
        schema = tantivy.SchemaBuilder()
        tokenizer = "bigrams" if cjk else "default"
        for name in FIELDS:
            schema.add_text_field(name, stored=True, tokenizer_name=tokenizer)
        schema.add_text_field("model", stored=True, tokenizer_name="raw")
        schema.add_integer_field("timestamp", stored=True, fast=True)
        (self.folder / "index").mkdir()
        index = tantivy.Index(schema.build(), str(self.folder / "index"))
        self.register(index)
        writer = index.writer(HEAP)
        for batch in batches(rows):
            documents = [as_document(row) for row in batch]
            clock.time(lambda documents=documents: [writer.add_document(each) for each in documents])
            count += len(batch)
        clock.time(writer.commit)
        clock.time(writer.wait_merging_threads)
        return {"with the index": count / clock.seconds}

    def register(self, index: tantivy.Index) -> None:
        analyzer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.ngram(2, 2)).build()
        index.register_tokenizer("bigrams", analyzer)

    def open(self, durability: Durability = "normal") -> None:
        self.index = tantivy.Index.open(str(self.folder / "index"))
        self.register(self.index)
        self.searcher = self.index.searcher()
        self.writer: tantivy.IndexWriter | None = None

    def close(self) -> None:
        if self.writer:
            self.writer.wait_merging_threads()
        self.writer = None

    def search(self, query: str, *, recent: bool = False, exact: bool = False, cjk: bool = False) -> int:
        parsed = self.parsed(query)
        order = "timestamp" if recent else None
        found = self.searcher.search(parsed, 20, count=False, order_by_field=order)
        snippets = tantivy.SnippetGenerator.create(self.searcher, parsed, self.index.schema, "response")
        for _, address in found.hits:
            document = self.searcher.doc(address)
            document.to_dict()
            snippets.snippet_from_doc(document).fragment()
        return len(found.hits)

    def parsed(self, query: str) -> tantivy.Query:
        if query.endswith("*"):
            queries = [tantivy.Query.regex_query(self.index.schema, name, f"{query[:-1]}.*") for name in FIELDS]
            return tantivy.Query.boolean_query([(tantivy.Occur.Should, each) for each in queries])
        return self.index.parse_query(query, FIELDS, conjunction_by_default=True)

    def append(self, row: Row) -> None:
        if self.writer is None:
            self.writer = self.index.writer(HEAP, 1)
        self.writer.add_document(as_document(row))
        self.writer.commit()
        self.index.reload()

    def recent(self) -> int:
        found = self.searcher.search(tantivy.Query.all_query(), 50, count=False, order_by_field="timestamp")
        return len([self.searcher.doc(address).to_dict() for _, address in found.hits])


def as_document(row: Row) -> tantivy.Document:
    document = tantivy.Document()
    document.add_text("prompt", row.prompt)
    document.add_text("response", row.response)
    document.add_text("model", row.model)
    document.add_integer("timestamp", row.timestamp)
    return document
