from data.fields import Doc
from data.kinds import CUSTOMER, OUTAGE
from data.store.set_hash import row_hash, row_hashes


def customer(number: str, name: str, **known: str) -> Doc:
    return CUSTOMER.canonical({"id": number, "name": name, **known})


def outage(number: str, scope: object) -> Doc:
    times = {"start": "2026-11-22T04:00:00Z", "etr": "2026-11-22T06:00:00Z"}
    plain = {"id": number, "kind": "fault", **times, "reason": "故障", "revisions": []}
    return OUTAGE.canonical({**plain, "scope": scope})  # type: ignore[dict-item]  # JSON of any shape


def test_many_records_are_hashed_as_one_by_one() -> None:
    docs = [customer("1", "张伟"), customer("2", '","\\u0000",', address='"\\u0000"'), customer("3", "[1],[2]")]
    assert row_hashes(CUSTOMER, docs) == [row_hash(CUSTOMER, doc) for doc in docs]
    assert row_hashes(CUSTOMER, []) == []


def test_a_field_that_holds_what_parts_records_confuses_nothing() -> None:
    docs = [outage("1", ["a", "\0", "b"]), outage("2", [["\0"], {"\0": "\0"}]), outage("3", [])]
    assert row_hashes(OUTAGE, docs) == [row_hash(OUTAGE, doc) for doc in docs]
