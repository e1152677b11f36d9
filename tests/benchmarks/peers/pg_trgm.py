"""PostgreSQL's pg_trgm."""

import getpass
import os
import shutil
import subprocess
from pathlib import Path

import psycopg

from tests.benchmarks.peers.installed import MissingPeerError
from tests.benchmarks.peers.names import plain, read_names
from tests.benchmarks.peers.peer import SHOWN, Peer

_SERVERS = Path("/usr/lib/postgresql")
_SETTINGS = "-c listen_addresses= -c fsync=off -c max_parallel_workers_per_gather=0 -c maintenance_work_mem=256MB"
_NEAR = 0.3
_SHORTEST = 3
_SHORT = f"""
    SELECT name FROM (SELECT * FROM names OFFSET 0) AS read_through WHERE text LIKE %(part)s
    ORDER BY word_similarity(%(typed)s, text) DESC, id LIMIT {SHOWN}"""
_LONG = f"""
    SELECT name FROM names WHERE %(typed)s <%% text OR text LIKE %(part)s
    ORDER BY text LIKE %(part)s DESC, word_similarity(%(typed)s, text) DESC, id LIMIT {SHOWN}"""


class PgTrgm(Peer):
    """A GIN index of trigrams over "name pinyin initials codes" in one text; LIKE and word_similarity.

    What holds the query comes first, then the order of word_similarity, then static rank. Its threshold is lowered to
    0.3, so that slips are found. Queries of one or two characters have no trigram of their own and are answered by LIKE
    over the whole table, which is twice as fast as over the whole index.

    A cluster of its own on a socket, without parallel workers, the rest as Debian sets it. Its memory is the sum of PSS
    over all of its processes after the last query, shared buffers included.
    """

    @property
    def _home(self) -> Path:
        return self.files.folder / "cluster"

    def build(self) -> None:
        self._home.mkdir()
        shutil.chown(self._home, _user())
        _run("initdb", "-D", str(self._home), "-E", "UTF8", "--locale=C.UTF-8", "-A", "trust")
        self._start()
        with self._connected() as connection:
            connection.execute("CREATE EXTENSION pg_trgm")
            connection.execute("CREATE TABLE names (id int PRIMARY KEY, name text, text text)")
            with connection.cursor().copy("COPY names FROM STDIN") as copy:
                for number, one in enumerate(read_names(self.files.names), 1):
                    copy.write_row((number, one.name, " ".join(one).lower()))
            connection.execute("CREATE INDEX ON names USING gin (text gin_trgm_ops)")
        with self._connected() as connection:
            connection.autocommit = True
            connection.execute("VACUUM ANALYZE names")
        self.close()

    def open(self) -> None:
        self._start()
        self._connection = self._connected()
        self._connection.autocommit = True
        self._connection.execute(f"SET pg_trgm.word_similarity_threshold = {_NEAR}")

    def ask(self, query: str) -> list[str]:
        typed = plain(query)
        found = self._connection.execute(
            _SHORT if len(typed) < _SHORTEST else _LONG, {"typed": typed, "part": f"%{typed}%"}
        )
        return [name for (name,) in found]

    def peak_kb(self) -> int:
        return sum(_pss_kb(pid) for pid in _family(self._postmaster()))

    def close(self) -> None:
        _run("pg_ctl", "-D", str(self._home), "-m", "fast", "-w", "stop")

    def _start(self) -> None:
        options = f"{_SETTINGS} -k {self._home}"
        _run("pg_ctl", "-D", str(self._home), "-l", str(self._home / "log"), "-w", "-o", options, "start")

    def _connected(self) -> psycopg.Connection:
        return psycopg.connect(host=str(self._home), user=_user(), dbname="postgres")

    def _postmaster(self) -> int:
        return int((self._home / "postmaster.pid").read_text(encoding="ascii").split()[0])


def _user() -> str:
    """The server refuses to run as root."""
    return "postgres" if os.geteuid() == 0 else getpass.getuser()


def _run(program: str, *arguments: str) -> None:
    found = sorted(_SERVERS.glob(f"*/bin/{program}"))
    if not found:
        raise MissingPeerError(f"{program} is not on this machine: install postgresql")
    command = [str(found[-1]), *arguments]
    if os.geteuid() == 0:
        command = ["runuser", "-u", _user(), "--", *command]
    ended = subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd="/")
    if ended.returncode:
        raise MissingPeerError(f"{program} failed: {ended.stderr.strip()}")


def _pss_kb(pid: int) -> int:
    """A process's own memory and its share of what it shares with others."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))


def _family(pid: int) -> list[int]:
    """A process and its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [pid, *map(int, children.split())]
