"""What a PC does with its cache, its tokens and its outbox, to be broken off anywhere: see `tests.works`."""

from contextlib import closing
from pathlib import Path

from data.caches import cache
from data.caches.build import build_cache, changes_for
from data.caches.recount import recount
from data.entries.entries import Outcome
from data.sqlite import connect
from data.store import change_log
from data.store.set_hash import same_sums
from sync import auth
from sync.auth.changes import token_key
from sync.auth.devices import find_device
from sync.auth.tokens import read_token
from sync.hub.snapshots import publish, published
from sync.outbox.waiting import Author, Outbox
from sync.protocol import ChangeBatch
from sync.replica.agent_home import AgentHome
from sync.replica.credential import HomeCredential
from sync.replica.enrolment import Enrolment
from sync.replica.hub_client import HubClient
from sync.replica.replica import Replica, apply_batch
from tests.broken_hub import EVERYTHING, OLD_OR_NEW, make_hub, many, store_at
from tests.odd_servers import serving_file
from tests.recounts import check_cache
from tests.stores import NOON, fill

_WANG = Author("wang", "secret")


def prepare_apply(place: Path) -> None:
    make_hub(place)
    with store_at(place) as store:
        with store.read() as connection:
            build_cache(connection, AgentHome(place / "pc").caches / "one.db", EVERYTHING.key, None)
        AgentHome(place / "pc").switch_to(place / "pc" / "cache" / "one.db")
        fill(store, many("新"))


def apply(place: Path) -> None:
    path = AgentHome(place / "pc").current_cache()
    assert path is not None
    with store_at(place) as store, store.read() as connection, closing(connect(path)) as held:
        since = int(cache.read_meta(held)["revision"])
        touched = change_log.touched_since(connection, since, None, 10_000) or []
        changes, head = tuple(changes_for(connection, touched, None)), change_log.head(connection)
        sums, epoch = change_log.sums(connection, None), change_log.epoch(connection)
        assert apply_batch(held, ChangeBatch(epoch, EVERYTHING.key, since, head, sums, changes))


def check_apply(place: Path) -> str:
    revision = check_cache(AgentHome(place / "pc"))
    return _state_of_cache(place, revision == 2)


def _state_of_cache(place: Path, is_new: bool) -> str:  # noqa: FBT001 - what the checkpoint says
    path = AgentHome(place / "pc").current_cache()
    assert path is not None
    with closing(connect(path)) as held:
        rows = held.execute("SELECT text FROM customer JOIN name ON nid = name_id WHERE customer.id LIKE '77%'")
        (first,) = {str(text)[0] for (text,) in rows}
        assert same_sums(recount(held), cache.read_sums(held))
    assert OLD_OR_NEW[first] == ("new" if is_new else "old"), "the checkpoint says something else than the records"
    return OLD_OR_NEW[first]


def prepare_switch(place: Path) -> None:
    prepare_apply(place)
    with store_at(place) as store, store.read() as connection:
        build_cache(connection, place / "pc" / "cache" / "two.db", EVERYTHING.key, None)


def switch(place: Path) -> None:
    AgentHome(place / "pc").switch_to(place / "pc" / "cache" / "two.db")


def check_switch(place: Path) -> str:
    home = AgentHome(place / "pc")
    assert check_cache(home) is not None, "there is no cache any more"
    path = home.current_cache()
    assert path is not None
    return _state_of_cache(place, path.name == "two.db")


def prepare_download(place: Path) -> None:
    prepare_apply(place)
    with store_at(place) as store:
        publish(store, EVERYTHING, place / "all", encrypted=True)


def download(place: Path) -> None:
    manifest = published(place / "all")
    assert manifest is not None
    content = (place / "all" / Path(manifest.url).name).read_bytes()
    with serving_file(content) as (url, _):
        Replica(AgentHome(place / "pc"), HubClient(url))._fetch_file(manifest)  # noqa: SLF001 - the part that writes


def check_download(place: Path) -> str:
    home = AgentHome(place / "pc")
    assert check_cache(home) is not None, "there is no cache any more"
    path = home.current_cache()
    assert path is not None
    return _state_of_cache(place, path.name != "one.db")


def prepare_tokens(place: Path) -> None:
    make_hub(place)
    with store_at(place) as store:
        device, given = auth.enrol(store, auth.add_device(store, "座席1", (), "os:root")[0])
    AgentHome(place / "pc").save_enrolment(Enrolment("http://hub", device.id, "座席1", given.access, given.refresh))


def renew(place: Path) -> None:
    """Has the tokens renewed three times."""

    def exchange(refresh: str) -> tuple[str, str]:
        tokens = auth.refresh(store, refresh)
        return tokens.access, tokens.refresh

    with store_at(place) as store:
        for _ in range(3):
            credential = HomeCredential(AgentHome(place / "pc"))
            credential.renew(credential.headers(), exchange)


def check_tokens(place: Path) -> str:
    refresh = AgentHome(place / "pc").enrolment().refresh
    with store_at(place) as store, store.read() as connection:
        said = read_token(token_key(connection), refresh)
        find_device(connection, "座席1")  # it was not taken for a copy of itself, and revoked
    assert said is not None
    return "new" if said.value > 3 else "old"


def prepare_outbox(place: Path) -> None:
    Outbox(place).add("ticket", "", {"text": "早先"}, _WANG, NOON)


def enter_three(place: Path) -> None:
    """Enters three, and lets the hub have the one that was there."""
    outbox = Outbox(place)
    (first,) = [kept.entry.key for kept in outbox.entries() if kept.entry.body["text"] == "早先"] or [""]
    with (place / "taken").open("a") as taken:
        for _ in range(3):
            taken.write(outbox.add("ticket", "", {"text": "几点来电"}, _WANG, NOON).key + "\n")
            taken.flush()
    outbox.mark_tried([first])
    outbox.conclude({first: Outcome("applied", "t1")}, NOON)


def check_outbox(place: Path) -> str:
    with closing(connect(place / "outbox.db")) as held:
        assert held.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    entries = Outbox(place).entries()
    taken = (place / "taken").read_text().split() if (place / "taken").exists() else []
    there = [kept.entry.key for kept in entries]
    assert set(taken) <= set(there), "what was taken is gone"
    concluded = all(kept.entry.body["text"] != "早先" for kept in entries)
    assert not concluded or len(taken) >= 3
    return "new" if concluded else "old"
