"""rapidfuzz over lists in memory."""

from rapidfuzz import fuzz, process

from tests.benchmarks.peers.names import plain, read_names
from tests.benchmarks.peers.peer import SHOWN, Peer


class RapidFuzz(Peer):
    """`process.extract` with `partial_ratio` over texts "name pinyin initials", equal scores in static rank.

    It finds more so than with WRatio, ratio or token ratios, and than with names, pinyin and initials in lists of their
    own. One thread, as `extract` has.
    """

    def open(self) -> None:
        self._names: list[str] = []
        self._texts: list[str] = []
        for one in read_names(self.files.names):
            self._names.append(one.name)
            self._texts.append(f"{one.name} {one.pinyin} {one.initials}".lower())

    def ask(self, query: str) -> list[str]:
        found = process.extract(plain(query), self._texts, scorer=fuzz.partial_ratio, limit=SHOWN)
        return [self._names[place] for _, _, place in found]
