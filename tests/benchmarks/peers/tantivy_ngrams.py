"""tantivy, the search library in Rust."""

import importlib
import sys
from collections.abc import Iterable
from math import sqrt
from typing import Any

from tests.benchmarks.peers.installed import python_package
from tests.benchmarks.peers.names import Name, plain, read_names
from tests.benchmarks.peers.peer import SHOWN, Peer

_PACKAGE = "tantivy==0.27.0"
_GRAMS = {"name": (1, 3), "pinyin": (2, 4), "initials": (2, 4), "codes": (2, 4)}
_OTHER_FIELDS = 0.5
_HEAP = 256_000_000


class Tantivy(Peer):
    """Fields of n-grams for name, pinyin, initials and codes; any of the query's n-grams will do, BM25 order.

    Beginnings and ends are marked and so count as n-grams, too. Every field is asked; the best one counts, the others
    by half (a disjunction-max query). The score is weighted by static rank (`weight_by_field`): among 800,000 names it
    finds 0.72 instead of 0.61 of what is meant, among 36,000 0.74 instead of 0.80. One thread writes, one searches.
    """

    def build(self) -> None:
        index = self._index(new=True)
        writer = index.writer(_HEAP, 1)
        count = sum(1 for _ in read_names(self.files.names))
        for place, one in enumerate(read_names(self.files.names), 1):
            writer.add_document(self._tantivy.Document(weight=sqrt(count / place), **_fields(one)))
        writer.commit()
        writer.wait_merging_threads()

    def open(self) -> None:
        self._opened = self._index(new=False)
        self._searcher = self._opened.searcher()

    def ask(self, query: str) -> list[str]:
        typed = plain(query)
        fields = [self._any_of(field, _grams(field, _marked(typed))) for field in _GRAMS]
        wanted = self._tantivy.Query.disjunction_max_query(fields, _OTHER_FIELDS)
        found = self._searcher.search(wanted, SHOWN, count=False, weight_by_field="weight")
        return [self._searcher.doc(address)["shown"][0] for _, address in found.hits]

    def _any_of(self, field: str, grams: Iterable[str]) -> Any:
        query, should = self._tantivy.Query, self._tantivy.Occur.Should
        terms = (query.term_query(self._opened.schema, field, gram, index_option="freq") for gram in grams)
        return query.boolean_query([(should, term) for term in terms])

    def _index(self, *, new: bool) -> Any:
        sys.path.insert(0, str(python_package(_PACKAGE)))
        self._tantivy: Any = importlib.import_module("tantivy")
        schema = self._tantivy.SchemaBuilder()
        schema.add_text_field("shown", stored=True, tokenizer_name="raw", index_option="basic")
        schema.add_float_field("weight", fast=True)
        for field in _GRAMS:
            schema.add_text_field(field, tokenizer_name=field, index_option="freq")
        index = self._tantivy.Index(schema.build(), str(self.files.folder), reuse=not new)
        for field, (shortest, longest) in _GRAMS.items():
            grams = self._tantivy.Tokenizer.ngram(shortest, longest)
            analyzer = self._tantivy.TextAnalyzerBuilder(grams).filter(self._tantivy.Filter.lowercase())
            index.register_tokenizer(field, analyzer.build())
        return index


def _fields(one: Name) -> dict[str, str]:
    return {"shown": one.name, **{field: _marked(text) for field, text in one._asdict().items() if text}}


def _marked(text: str) -> str:
    return f"^{text}$"


def _grams(field: str, typed: str) -> set[str]:
    shortest, longest = _GRAMS[field]
    return {typed[i : i + n] for n in range(shortest, longest + 1) for i in range(len(typed) - n + 1)}
