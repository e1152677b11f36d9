"""Random supply networks, with every reference that may lead nowhere, and random changes to them."""

from collections.abc import Mapping

from hypothesis import strategies as st

from data.caches.cache import Change
from data.fields import Json
from data.kinds import IMPORTANCE
from tests.caches import change

Row = tuple[str, Mapping[str, Json]]

GONE = "X9"
"""What refers to it refers to nothing."""


def _ids(prefix: str, most: int) -> st.SearchStrategy[str]:
    return st.integers(1, most).map(lambda number: f"{prefix}{number}")


_BRANCH, _FEEDER, _TRANSFORMER_AREA, _CUSTOMER = _ids("B", 3), _ids("F", 4), _ids("T", 4), _ids("C", 9)


def _rows(kind: str, /, **fields: st.SearchStrategy[Json]) -> st.SearchStrategy[Row]:
    return st.fixed_dictionaries(dict(fields)).map(lambda doc: (kind, doc))


_ROWS: st.SearchStrategy[Row] = st.one_of(
    _rows(
        "branch",
        id=_BRANCH,
        name=st.just("塔山供电所"),
        parent_id=st.none() | st.just(GONE) | _BRANCH,
        kind=st.none() | st.sampled_from(["company", "branch", "station"]),
    ),
    _rows(
        "feeder",
        id=_FEEDER,
        number=st.sampled_from(["616", "6021", "城7"]),
        name=st.sampled_from(["10kV塔山线", "10kV高桥线"]),
        branch=st.none() | st.just(GONE) | _BRANCH,
        substation=st.none() | st.sampled_from(["塔山变电站", "城东/二变%"]),
    ),
    _rows(
        "transformer_area",
        id=_TRANSFORMER_AREA,
        number=st.sampled_from(["12", "9", "TQ1"]),
        name=st.just("公变"),
        feeder=st.just(GONE) | _FEEDER,
    ),
    _rows(
        "customer",
        id=_CUSTOMER,
        name=st.just("张伟"),
        transformer_area=st.none() | st.just(GONE) | _TRANSFORMER_AREA,
        feeder=st.none() | st.just(GONE) | _FEEDER,
        importance=st.none() | st.sampled_from([*IMPORTANCE]),
        high_risk=st.booleans(),
        sensitive=st.booleans(),
    ),
)

networks: st.SearchStrategy[list[Row]] = st.lists(_ROWS, max_size=30).map(
    lambda rows: [*{(kind, doc["id"]): (kind, doc) for kind, doc in rows}.values()]
)

changes: st.SearchStrategy[list[Change]] = st.lists(
    _ROWS.map(lambda row: change(*row))
    | st.tuples(st.sampled_from(["feeder", "transformer_area", "customer"]), st.integers(1, 9)).map(
        lambda gone: Change(gone[0], f"{gone[0][0].upper()}{gone[1]}", None)
    ),
    max_size=15,
)
