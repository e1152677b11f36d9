"""What a store holds, read record by record and counted anew: what its sums must agree with."""

from contextlib import closing

from sqlalchemy import Connection

from data.caches import cache
from data.caches.recount import recount
from data.fields import Doc, Json
from data.kinds import KINDS
from data.masking import for_caches
from data.sqlite import connect
from data.store import change_log
from data.store.rows import all_docs
from data.store.set_hash import GLOBAL, Part, SetSum, row_hash, same_sums
from sync.replica.agent_home import AgentHome

Record = tuple[str, Doc]


def contents(connection: Connection) -> dict[tuple[str, str], Record]:
    """Every record as caches see it, by kind and id, with the bucket that the network puts it in."""
    docs = {kind: {str(doc["id"]): doc for doc in all_docs(connection, kind)} for kind in KINDS}

    def bucket(kind: str, doc: Doc) -> str:
        if kind != "customer":
            return GLOBAL
        transformer = docs["transformer_area"].get(str(doc["transformer_area"]), {})
        feeder: Json = doc["feeder"] or transformer.get("feeder")
        return f"branch:{docs['feeder'].get(str(feeder), {}).get('branch') or ''}"

    return {
        (kind, key): (bucket(kind, doc), for_caches(KINDS[kind], doc))
        for kind, held in docs.items()
        for key, doc in held.items()
    }


def counted(held: dict[tuple[str, str], Record], buckets: set[str] | None = None) -> dict[Part, SetSum]:
    found: dict[Part, SetSum] = {}
    for (kind, _), (bucket, doc) in held.items():
        if buckets is None or bucket in buckets:
            found[bucket, kind] = found.get((bucket, kind), SetSum()).plus(row_hash(KINDS[kind], doc))
    return found


def check_store(connection: Connection) -> None:
    """Fails where the store is damaged, or its sums are not those of what it holds."""
    assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
    check_sums(connection)


def check_sums(connection: Connection) -> None:
    """Fails where the sums of a store are not those of what it holds."""
    held = contents(connection)
    for bucket in {bucket for bucket, _ in held.values()}:
        assert same_sums(change_log.sums(connection, [bucket]), counted(held, {bucket})), bucket


def check_cache(home: AgentHome) -> int | None:
    """The revision of the agent's cache, None where it has none; fails where it is not whole."""
    path = home.current_cache()
    if path is None:
        return None
    with closing(connect(path)) as held:
        assert held.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert same_sums(recount(held), cache.read_sums(held))
        return int(cache.read_meta(held)["revision"])
