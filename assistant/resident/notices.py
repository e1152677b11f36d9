"""The notices in the cache of this PC, and who has read them here."""

import json
import logging
from collections.abc import Callable
from contextlib import closing

from assistant.forms.form import Entered
from assistant.model.notice_messages import NoticesSeen, Posted
from assistant.resident.reports import Post
from data.caches.cache import all_docs_of, read_meta
from data.clock import Clock
from data.kinds import BRANCH, NOTICE
from data.notices.notice import Notice, in_order, notice_from_doc
from data.sqlite import Connection, DatabaseError, connect
from sync.outbox.entering import Entering, author_at
from sync.private_files import read_whole, write_whole
from sync.replica.agent_home import AgentHome

FILE_NAME = "notices-read.json"
_LOG = logging.getLogger(__name__)
_OWN_BUCKETS = "SELECT DISTINCT substr(bucket, 8) FROM checksum WHERE bucket LIKE 'branch:_%'"


Enter = Callable[[Entered, Callable[[str], None]], None]
"""Has something entered at this PC, soon, and tells what went wrong; empty for nothing."""


class Notices:
    """Reports the notices of a PC to the popup, and marks them read.

    A PC keeps for itself who has read what at it: whoever changes PCs sees a notice again there. One that begins later
    is shown when it begins, but announced only with the next change of the data.

    Args:
        home: The PC's.
        clock: The hub's time as well as it is known.
        enter: Keeps that one was read, for the hub.
    """

    def __init__(self, home: AgentHome, clock: Clock, enter: Enter) -> None:
        self._home = home
        self._clock = clock
        self._enter = enter
        self._file = home.path / FILE_NAME
        self._post: Post = lambda _: None
        self._shown: set[str] = set()

    def start(self, post: Post) -> Callable[[], None]:
        """Begins to report; what it returns ends it."""
        self._post = post
        self.look()
        return lambda: None

    def look(self) -> None:
        """Reports the notices that concern this PC: to be called whenever the cache has changed."""
        path = self._home.current_cache()
        if path is None:
            return
        try:
            with closing(connect(path, read_only=True)) as connection:
                notices = _notices(connection)
        except DatabaseError as problem:  # the guard sees to a damaged cache; a fresh one brings another look
            _LOG.warning("no notices: %s", problem)
            return
        self._shown = {one.id for one in notices}
        read = self._read_marks()
        posted = tuple(Posted(one, frozenset(read.get(one.id, ()))) for one in notices)
        self._post(NoticesSeen(posted, self._clock.now()))

    def mark(self, key: str) -> None:
        """Keeps that whoever is signed in has read a notice; returns at once."""
        self._enter(lambda entering: self._keep(entering, key), _complain)

    def _keep(self, entering: Entering, key: str) -> None:
        entering.notice_read(key)
        read = {one: readers for one, readers in self._read_marks().items() if one in self._shown}
        read[key] = sorted({*read.get(key, ()), author_at(self._home, self._clock.now()).name})
        write_whole(self._file, json.dumps(read, ensure_ascii=False))
        self.look()  # one that was under way knew nothing of it

    def _read_marks(self) -> dict[str, list[str]]:
        try:
            marks = json.loads(read_whole(self._file))
        except (OSError, ValueError):  # there is none yet, or it is lost: notices are shown once more
            return {}
        return marks if isinstance(marks, dict) else {}


def _complain(problem: str) -> None:
    if problem:
        _LOG.warning("that a notice was read is not kept: %s", problem)


def _notices(connection: Connection) -> list[Notice]:
    """Those that concern this PC and are not withdrawn, in the order in which they are shown."""
    notices = [notice_from_doc(doc) for doc in all_docs_of(connection, NOTICE)]
    everything = read_meta(connection).get("scope", "").startswith("all")
    own = [] if everything else [row[0] for row in connection.execute(_OWN_BUCKETS).fetchall()]
    parents = {str(doc["id"]): str(doc["parent_id"] or "") or None for doc in all_docs_of(connection, BRANCH)}
    return in_order(one for one in notices if one.withdrawn_at is None and one.concerns(own, parents))
