"""What a pull remembers of rows is the same whether they fit into memory or not, and in whatever order they come."""

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from sync.central.seen_rows import LoadedRows, SeenRows

LOTS = st.lists(st.lists(st.integers(0, 60), min_size=1, max_size=6, unique=True), max_size=12)
BLOCKS = 16_384


def block(number: int) -> int:
    return number * 2741 % BLOCKS


def packed(parts: list[SeenRows]) -> dict[int, list[tuple[str, int]]]:
    found: dict[int, list[tuple[str, int]]] = {}
    for part in parts:
        for number, (ids, digests) in part.packed.items():
            assert number not in found
            found[number] = sorted(zip(ids.decode().split("\n")[1:-1], digests, strict=True))
    return found


@given(lots=LOTS, in_memory=st.sampled_from([1, 5, 20, 1000]), ordered=st.booleans())
def test_rows_on_disk_are_found_and_given_back_as_those_in_memory(
    lots: list[list[int]], in_memory: int, *, ordered: bool
) -> None:
    plain = SeenRows()
    loaded = LoadedRows(Path(tempfile.gettempdir()), in_memory)
    for lot in lots:
        rows = [(block(one), f"{one:03}", one) for one in (sorted(lot) if ordered else lot)]
        blocks, keys = [row[0] for row in rows], [row[1] for row in rows]
        assert loaded.may_have(blocks, keys) == plain.may_have(blocks, keys)
        new = [row for row in rows if not plain.has(row[0], row[1])]
        assert new == [row for row in rows if not loaded.has(row[0], row[1])]
        if new:
            for seen in (plain, loaded):
                seen.add_all([row[0] for row in new], [row[1] for row in new], [row[2] for row in new])
        loaded.put_away()
    assert packed(list(loaded.parts())) == packed([plain])
    loaded.close()
