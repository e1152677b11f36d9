"""Switchboard's own lookup, measured as the peers are."""

from assistant.lookup.lookup import LookupEngine
from data.caches import index
from data.caches.index_build import IndexBuild
from data.caches.statements import Statements
from data.sqlite import connect
from tests.benchmarks.peers.peer import SHOWN, Peer


class Ours(Peer):
    """The engine as the resident process runs it, on the whole cache; it gets the query as it was typed.

    What is built and timed is the search index over the same names with their readings: a whole cache holds the
    records, too.
    """

    def build(self) -> None:
        source = connect(self.files.cache, read_only=True)
        target = connect(self.files.folder / "index.db")
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-48000"):
            target.execute(f"PRAGMA {pragma}")
        target.execute("BEGIN")
        index.create_search_tables(target)
        with Statements(target) as statements:
            search = IndexBuild(statements)
            search.add_names(source.execute("SELECT text, readings, rank, uses FROM name ORDER BY nid"))
            search.finish()
        target.execute("COMMIT")
        target.close()
        source.close()

    def open(self) -> None:
        self._engine = LookupEngine(connect(self.files.cache, read_only=True))

    def ask(self, query: str) -> list[str]:
        return [hit.name for hit in self._engine.search(query, SHOWN)]
