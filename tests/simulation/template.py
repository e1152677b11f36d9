"""What every run begins from, made once and copied: a hub with a small network, its snapshots, and enrolled PCs."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from sqlalchemy import insert

from data.caches import build as cache_build
from data.characters.rows import character_rows
from data.clock import to_iso
from data.store.schema import SESSION
from data.store.store import Store
from sync.auth import add_device, add_person, enrol
from sync.auth.sessions import SHIFT_LASTS
from sync.auth.tokens import digest
from sync.hub.snapshots import Scope, publish
from sync.replica.agent_home import AgentHome
from sync.replica.enrolment import Enrolment, Shift
from tests.stores import NETWORK, fill, in_file, opened_store

PCS = ("pc1", "pc2", "pc3")
SCOPES: dict[tuple[str, ...], set[str] | None] = {
    (): None,
    ("B1",): {"global", "branch:B1"},
    ("B2",): {"global", "branch:B2"},
    ("B0",): {"global", "branch:B0", "branch:B1", "branch:B2"},
}
"""The buckets that a device may see that is held to these branches."""


def scope_of(branches: tuple[str, ...]) -> Scope:
    buckets = SCOPES[branches]
    return Scope.of(None if buckets is None else [*buckets])


def make_template(directory: Path) -> Path:
    """The template in `directory`."""
    (directory / "hub").mkdir()
    with opened_store(in_file(directory / "hub")) as store:
        fill(store, NETWORK)
        for branches in SCOPES:
            for encrypted in (False, True):
                scope = scope_of(branches)
                publish(store, scope, directory / f"snapshots-{encrypted}" / scope.key, encrypted=encrypted)
        add_person(store, "wang", "supervisor", "a long password", "test")
        for name in PCS:
            code, _ = add_device(store, name, (), "test")
            device, tokens = enrol(store, code)
            home = AgentHome(directory / name)
            home.save_enrolment(Enrolment(f"http://{name}.hub", device.id, name, tokens.access, tokens.refresh))
    return directory


def begin_shift(store: Store, home: AgentHome) -> None:
    """Somebody is signed in at a PC; how a password is checked is not what is tried here."""
    device, now = home.enrolment().device, store.clock.now()
    token = f"{device}-{now.timestamp()}"
    with store.write("test", "begin shift") as writing:
        writing.connection.execute(SESSION.delete().where(SESSION.c.device == device))
        session = {"token_hash": digest(token), "person": "wang", "expires": to_iso(now + SHIFT_LASTS)}
        writing.connection.execute(insert(SESSION).values(**session, device=device))
    home.files.begin_shift(Shift("wang", "supervisor", token, now + SHIFT_LASTS))


@contextmanager
def caches_without_characters() -> Iterator[None]:
    """Caches of 200 KB instead of 1 MB: the table of all Chinese characters is the same in each, and never changes."""
    few = [*islice(character_rows(), 20)]
    vars(cache_build)["character_rows"] = lambda: iter(few)
    try:
        yield
    finally:
        vars(cache_build)["character_rows"] = character_rows
