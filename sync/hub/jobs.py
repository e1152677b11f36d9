"""How the hub's own jobs fare: when each was last done, and what keeps it from being done.

It is kept in the store, so that every hub process and the command line tell the same. A job that fails is tried again
by its schedule; that it failed stands here until it is done.
"""

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from data.clock import from_iso, to_iso
from data.errors import SwitchboardError
from data.store.change_log import get_meta, set_meta
from data.store.database import is_postgresql
from data.store.store import Store
from sync.errors import EndedError
from sync.hub.keeping import Keeping

JOBS: Mapping[str, tuple[str, str]] = {
    "back_up": ("每日备份", "Daily copy"),
    "keep_checkpoint": ("审计检查点", "Audit checkpoint"),
    "archive_audit": ("归档审计记录", "Audit archive"),
    "forget_customers": ("清除过期客户信息", "Forgetting customers"),
    "compact_log": ("压缩变更日志", "Change log compaction"),
    "clean_up": ("清理过期登记", "Clearing of what is over"),
    "check_store": ("检查数据库文件", "Check of the database's file"),
}
"""Each job and what it is called, in Chinese and English."""

_LATE_AFTER: Mapping[str, timedelta] = {
    "back_up": timedelta(hours=36),
    "keep_checkpoint": timedelta(hours=36),
    "compact_log": timedelta(hours=6),
    "clean_up": timedelta(hours=6),
    "check_store": timedelta(hours=6),
}
"""Jobs that always have something to do: each is late when it was not done for so long."""

_KEY = "job:"
_LOG = logging.getLogger(__name__)

JobState = Literal["good", "failed", "late", "waiting", "off"]


@dataclass(frozen=True, slots=True)
class JobReport:
    """How a job fared.

    Attributes:
        good_at: When it was last done, ISO 8601 in UTC; None: never yet.
        failed_since: Since when it fails; None: it does not.
        failed_at: When it was last tried in vain.
        why: What went wrong then, in one line.
    """

    good_at: str | None = None
    failed_since: str | None = None
    failed_at: str | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class JobNow:
    """A job as it is shown: `late` was not done for too long, `waiting` never yet, `off` is not in the settings."""

    name: str
    state: JobState
    report: JobReport

    @property
    def troubles(self) -> bool:
        """Whether somebody must look after it."""
        return self.state in {"failed", "late"}


class Jobs:
    """What a hub process notes of its jobs.

    Args:
        store: Where it is kept; what it does not take is told from memory.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._unwritten: dict[str, JobReport] = {}

    def watched(self, name: str, job: Callable[[], bool]) -> Callable[[], None]:
        """The job with its dispatcher: how it ended is noted, and a failure logged; nothing is raised.

        Args:
            name: One of `JOBS`.
            job: Says whether it did anything: where nothing was to be done, nothing is noted.
        """

        def run() -> None:
            try:
                if job():
                    self.note_done(name)
            except EndedError:
                pass  # the hub is ending
            except (SwitchboardError, OSError) as error:
                _LOG.error("%s failed: %s", name.replace("_", " "), error)
                self.note_failed(name, str(error))
            except Exception as error:  # noqa: BLE001 - the dispatcher: what nobody expects is shown, too
                _LOG.exception("%s failed", name.replace("_", " "))
                # Not what it says: a database's complaint may quote a customer.
                self.note_failed(name, f"{type(error).__name__}: see the hub's log")

        return run

    def note_done(self, name: str) -> None:
        """Notes that a job was done now."""
        self._note(name, lambda _before: JobReport(good_at=to_iso(self._store.clock.now())))

    def note_failed(self, name: str, why: str) -> None:
        """Notes that a job failed now."""
        now = to_iso(self._store.clock.now())
        self._note(
            name,
            lambda before: replace(before, failed_since=before.failed_since or now, failed_at=now, why=why),
        )

    def now(self, connection: Connection, keeping: Keeping) -> list[JobNow]:
        """Every job as it is now, in the order of `JOBS`."""
        reports, own_file = {**read_reports(connection), **self._unwritten}, not is_postgresql(self._store.engine)
        return jobs_now(reports, keeping, self._store.clock.now(), own_file=own_file)

    def _note(self, name: str, change: Callable[[JobReport], JobReport]) -> None:
        before = self._unwritten.get(name)
        try:
            with self._store.write("hub", "note a job") as writing:
                after = change(before or _read(writing.connection, name))
                set_meta(writing.connection, _KEY + name, json.dumps(asdict(after)))
            self._unwritten.pop(name, None)
        except SQLAlchemyError as error:
            _LOG.warning("how a job ended could not be written down: %s", error)
            self._unwritten[name] = change(before or JobReport())


def read_reports(connection: Connection) -> dict[str, JobReport]:
    """What was noted of each of `JOBS`."""
    return {name: _read(connection, name) for name in JOBS}


def jobs_now(reports: Mapping[str, JobReport], keeping: Keeping, now: datetime, *, own_file: bool) -> list[JobNow]:
    """Every job that this hub has, as it is at `now`, in the order of `JOBS`.

    Args:
        reports: What was noted of each.
        keeping: The settings, which say what is to be done.
        now: The moment.
        own_file: The store is a file, which the hub checks; else a server looks after it, and there is no such job.
    """
    wanted = {*_wanted(keeping), "check_store"}
    its = {name: one for name, one in reports.items() if own_file or name != "check_store"}
    return [JobNow(name, _state(name, one, name in wanted, now), one) for name, one in its.items()]


def _wanted(keeping: Keeping) -> Iterator[str]:
    """The jobs that the settings ask for."""
    yield from ("keep_checkpoint", "compact_log", "clean_up")
    if keeping.backups is not None:
        yield "back_up"
    if keeping.audit_days is not None:
        yield "archive_audit"
    if keeping.customer_days is not None:
        yield "forget_customers"


def _state(name: str, report: JobReport, wanted: bool, now: datetime) -> JobState:  # noqa: FBT001 - of a comprehension
    if not wanted:
        return "off"
    if report.failed_since is not None:
        return "failed"
    if report.good_at is None:
        return "waiting"
    late = name in _LATE_AFTER and now - from_iso(report.good_at) > _LATE_AFTER[name]
    return "late" if late else "good"


def _read(connection: Connection, name: str) -> JobReport:
    told: dict[str, Any] = json.loads(get_meta(connection, _KEY + name) or "{}")
    return JobReport(**told)
