"""The audit trail of a hub: its checkpoints, proving it, and putting old entries into files."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, func, select

from data.clock import to_iso
from data.fields import canonical_json
from data.store import audit, change_log
from data.store.audit_chain import Entry, Finding, Link, check_chain
from data.store.audit_check import check_audit
from data.store.audit_commits import ARCHIVED, describe_archive
from data.store.schema import AUDIT
from data.store.store import Store, Writing
from sync.audit.key import FILE, AuditKey, Checkpoint, open_key, read_checkpoint
from sync.errors import DamagedError, HomeError
from sync.private_files import make_private_directory, write_whole

LOCAL = ZoneInfo("Asia/Shanghai")
CHECKPOINTS, ARCHIVE = "checkpoints", "audit"
"""Directories of the home: a checkpoint a day, and the entries that were taken out of the store."""

_PUBLIC, _BEGINS = "audit_key", "audit_begins"


@dataclass(frozen=True, slots=True)
class Proof:
    """What a check of the trail has found.

    Attributes:
        entries: How many entries were read, from number `first` on; the last one is `last`.
        checkpoints: How many checkpoints they were compared with.
        findings: What is wrong; none where the trail is whole.
    """

    entries: int
    first: int
    last: int
    hash: str
    checkpoints: int
    findings: list[Finding]


class AuditTrail:
    """The audit trail of a hub's home.

    Args:
        home: Where the key and the checkpoints are.
        store: Where the entries are.
    """

    def __init__(self, home: Path, store: Store) -> None:
        self._home = home
        self._store = store

    def key(self, actor: str, *, new: bool = False) -> AuditKey:
        """The key that signs checkpoints; making one is an act on record.

        Args:
            actor: Who asks, in case that it is made now.
            new: The old one is lost for good: another takes its place.

        Raises:
            HomeError: the one that this trail was signed with is not here.
        """
        with self._store.read() as connection:
            known = change_log.get_meta(connection, _PUBLIC)
        if known and not new and not (self._home / FILE).exists():
            raise HomeError(
                f"{self._home / FILE} is gone: copy it here, from a copy of this home or from the home of the hub that"
                " shares its database; if it is lost for good: switchboard audit key --new"
            )
        key = open_key(self._home)
        if known == key.public:
            return key
        if known and not new:
            raise HomeError(f"{self._home / FILE} is not the key of this home's database: copy the right one here")
        with self._store.write(actor, "make audit key") as writing:
            self._change_key(writing, key)
            writing.note(actor, "make_audit_key", key.public)
        return key

    def checkpoint(self, actor: str) -> str:
        """A signed line that says where the chain stands now."""
        key = self.key(actor)
        with self._store.read() as connection:
            return self._sign(connection, key, audit.end_of_chain(connection))

    def keep_checkpoint(self, elsewhere: Path | None) -> bool:
        """Puts a checkpoint of today into the home, and `elsewhere`, where there is none of today yet.

        Returns:
            Whether one was missing.

        Raises:
            OSError: one of the directories cannot be written.
        """
        today = self._store.clock.now().astimezone(LOCAL).date().isoformat()
        wanted = [place / f"{today}.json" for place in (self._home / CHECKPOINTS, elsewhere) if place is not None]
        missing = [path for path in wanted if not path.exists()]
        line = self.checkpoint("hub") if missing else ""
        for path in missing:
            make_private_directory(path.parent)
            write_whole(path, line + "\n")
        return bool(missing)

    def kept_checkpoints(self, public: str) -> list[Path]:
        """The files in the home with checkpoints that a key has signed, the oldest first."""
        files = sorted((self._home / CHECKPOINTS).glob("*.json"))
        return [path for path in files if f'"key":"{public}"' in path.read_text(encoding="utf-8", errors="replace")]

    def prove(self, files: Iterable[Path], public: str = "", *, thorough: bool = False) -> Proof:
        """Reads the whole trail and says whether it is what the checkpoints say, and what it vouches for too.

        Args:
            files: With checkpoints, one a line.
            public: The public key that signed them; empty: that of the home.
            thorough: Hashes every record of the store anew, too.

        Raises:
            DamagedError: a checkpoint was changed, or another key signed it.
            HomeError: a file cannot be read.
        """
        public = public or open_key(self._home).public
        checkpoints = read_checkpoints(files, public)
        with self._store.read() as connection:
            start = self._start(connection, public)
            count = select(func.count()).select_from(AUDIT).where(AUDIT.c.number > start.number)
            entries, end = connection.execute(count).scalar_one(), audit.end_of_chain(connection)
            findings = list(check_audit(connection, start, checkpoints, thorough=thorough))
        return Proof(entries, start.number + 1, end.number, end.hash, len(checkpoints), findings)

    def archive(self, before: datetime, actor: str) -> Path | None:
        """Puts the entries from before a moment into a file of the home, signed, and takes them out of the store.

        The chain goes on: where it begins now is in the store, signed. The last entry always stays.

        Returns:
            The file: the checkpoint that the entries follow, if they are not the first, then the entries, then a
            checkpoint of the last one, a line each. None where no entry is that old.
        """
        key = self.key(actor)
        with self._store.write(actor, "archive audit entries") as writing:
            connection = writing.connection
            start, last = self._start(connection, key.public), self._last_before(connection, before)
            if last.number <= start.number:
                return None
            signed = self._sign(connection, key, last)
            begins = change_log.get_meta(connection, _BEGINS)
            lines = [begins] if begins else []
            lines += [canonical_json(asdict(one)) for one in audit.entries(connection, start.number, last.number)]
            path = self._home / ARCHIVE / f"{start.number + 1:09}-{last.number:09}.jsonl"
            make_private_directory(path.parent)
            write_whole(path, "\n".join([*lines, signed]) + "\n")
            change_log.set_meta(connection, _BEGINS, signed)
            about = describe_archive(connection, start.number + 1, last.number)
            connection.execute(delete(AUDIT).where(AUDIT.c.number <= last.number))
            writing.note(actor, ARCHIVED, about)
        return path

    def archive_old(self, days: int) -> None:
        """Puts entries that are older than so many days into a file of the home."""
        self.archive(self._store.clock.now() - timedelta(days=days), "hub")

    def _sign(self, connection: Connection, key: AuditKey, link: Link) -> str:
        at = to_iso(self._store.clock.now())
        return key.sign(Checkpoint(link.number, link.hash, at, change_log.epoch(connection)))

    def _start(self, connection: Connection, public: str) -> Link:
        line = change_log.get_meta(connection, _BEGINS)
        return read_checkpoint(line, public).link if line else Link()

    def _change_key(self, writing: Writing, key: AuditKey) -> None:
        connection = writing.connection
        if line := change_log.get_meta(connection, _BEGINS):
            old = change_log.get_meta(connection, _PUBLIC) or ""
            change_log.set_meta(connection, _BEGINS, key.sign(read_checkpoint(line, old)))
        change_log.set_meta(connection, _PUBLIC, key.public)

    @staticmethod
    def _last_before(connection: Connection, before: datetime) -> Link:
        young = select(func.min(AUDIT.c.number)).where(AUDIT.c.at >= to_iso(before))
        end = audit.end_of_chain(connection)
        first_young = connection.execute(young).scalar_one()
        wanted = (first_young if first_young is not None else end.number) - 1
        row = connection.execute(select(AUDIT.c.number, AUDIT.c.hash).where(AUDIT.c.number == wanted)).first()
        return Link(row.number, row.hash) if row else Link()


def check_archive(path: Path, files: Iterable[Path], public: str) -> list[Finding]:
    """What is wrong with a file that `AuditTrail.archive` made.

    Args:
        path: The file.
        files: With further checkpoints, one a line.
        public: The public key that signed them all.

    Raises:
        DamagedError: it is no such file, or its checkpoints are not signed with this key.
    """
    lines = _lines(path)
    if not lines:
        raise DamagedError(f"{path} is empty")
    start = read_checkpoint(lines[0], public).link if '"signature"' in lines[0] and len(lines) > 1 else Link()
    end = read_checkpoint(lines[-1], public).link
    inside = [one for one in read_checkpoints(files, public) if one.number <= end.number]
    return list(check_chain(_entries_in(path, lines[1 if start.number else 0 : -1]), start, [*inside, end]))


def read_checkpoints(files: Iterable[Path], public: str) -> list[Link]:
    """The places in checkpoint files, one a line.

    Raises:
        DamagedError: a checkpoint was changed, or another key signed it.
        HomeError: a file cannot be read.
    """
    return [_checkpoint(path, line, public) for path in files for line in _lines(path) if line.strip()]


def _checkpoint(path: Path, line: str, public: str) -> Link:
    try:
        return read_checkpoint(line, public).link
    except DamagedError as error:
        raise DamagedError(f"{path}: {error}") from None


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise HomeError(f"{path} is no text: give a file that audit checkpoint or audit archive has written") from None
    except OSError as error:
        raise HomeError(f"{path} cannot be read: {error.strerror or error}") from None


def _entries_in(path: Path, lines: list[str]) -> Iterator[Entry]:
    try:
        for line in lines:
            yield Entry(**json.loads(line))
    except (ValueError, TypeError):
        raise DamagedError(f"{path} holds a line that is no entry") from None
