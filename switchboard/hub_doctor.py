"""`switchboard doctor` at a hub's home: its files, its store, its certificate, and how its own jobs fare."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from data.clock import from_iso
from data.errors import SwitchboardError
from data.outages.timetable import SHANGHAI
from data.store import change_log
from data.store.database import is_postgresql
from data.store.store import Store
from data.upkeep.import_note import broken_off
from switchboard.checks import SPARE_BYTES, Check, free_disk, is_private
from sync.hub.home import HubHome
from sync.hub.jobs import JOBS, JobNow, JobReport, jobs_now, read_reports
from sync.hub.soundness import Soundness, StoreDamagedError
from sync.hub.tls import Certificate
from sync.language import Language
from sync.line_words import line_words

_COPIES = 2
"""A backup, and a new snapshot, are written while the old ones are still there."""


def examine_hub(path: Path) -> Iterator[Check]:
    """Everything that can be checked of a hub's home, whether the hub serves or not."""
    yield _private(path)
    yield _disk(path)
    try:
        home = HubHome(path)
        store = home.open_store()
    except SwitchboardError as problem:
        yield Check("store", good=False, zh=f"数据库打不开：{problem}", en=f"the store cannot be opened: {problem}")
        return
    try:
        yield _store(home, store)
        yield from _file(store)
        yield from _certificate(home, store)
        yield from _import(store)
        with store.read() as connection:
            own_file = not is_postgresql(store.engine)
            jobs = jobs_now(read_reports(connection), home.keeping, store.clock.now(), own_file=own_file)
        yield from (_job(job) for job in jobs)
    finally:
        store.engine.dispose()


def _private(path: Path) -> Check:
    if is_private(path):
        return Check("home", good=True, zh="目录可用，其他用户不能进入", en="the home is there and private")
    return Check(
        "home", good=False, zh=f"其他用户也能读这个目录：chmod 700 {path}", en=f"others can read it: chmod 700 {path}"
    )


def _disk(path: Path) -> Check:
    held = sum(file.stat().st_size for file in path.glob("store.db*"))
    free, wanted = free_disk(path), held * _COPIES + SPARE_BYTES
    return Check(
        "disk",
        good=free >= wanted,
        zh=f"磁盘剩余 {free // 1_000_000} MB，至少需要 {wanted // 1_000_000} MB",
        en=f"{free // 1_000_000} MB of disk are free, at least {wanted // 1_000_000} MB are needed",
        facts={"free": free, "wanted": wanted},
    )


def _store(home: HubHome, store: Store) -> Check:
    with store.read() as connection:
        revision, epoch = change_log.head(connection), change_log.epoch(connection)
    kind = store.engine.url.get_backend_name()
    facts = {"revision": revision, "epoch": epoch, "database": kind}
    zh, en = f"数据库可用（{kind}，修订号 {revision}）", f"the store is there ({kind}, revision {revision})"
    return Check("store", good=True, zh=zh, en=en, facts={**facts, "path": str(home.path)})


def _file(store: Store) -> Iterator[Check]:
    """Of a store in a file of the home, which is read from beginning to end."""
    soundness = Soundness(store.engine)
    if not soundness.checked:
        return
    try:
        soundness.check()
    except StoreDamagedError as damaged:
        zh = f"数据库文件已损坏（{soundness.damage}）：请停止服务，留存此目录，用 switchboard restore 恢复最近的备份"
        yield Check("store_file", good=False, zh=zh, en=f"{damaged}: {soundness.damage}")
        return
    yield Check("store_file", good=True, zh="数据库文件完好", en="the file of the store is sound")


def _import(store: Store) -> Iterator[Check]:
    """Of a file whose import ended in the middle."""
    if left := broken_off(store.engine):
        zh = f"导入中断，请再导入一次：{left.about} 已写入 {left.stored}/{left.rows} 行"
        yield Check("import", good=False, zh=zh, en=f"an import was broken off, import it again: {left}")


def _certificate(home: HubHome, store: Store) -> Iterator[Check]:
    """Of a hub with a certificate of its own."""
    cert, key, now = home.reach.cert, home.reach.key, store.clock.now()
    if cert is None or key is None:
        return
    try:
        certificate = Certificate(cert, key)
    except SwitchboardError as problem:
        yield Check("certificate", good=False, zh=f"证书不可用：{problem}", en=str(problem))
        return
    old, lasts = certificate.is_old(now), certificate.lasts(now)
    zh = f"证书即将或已经过期，请更换：{cert}" if old else "证书有效"
    yield Check("certificate", good=not old, zh=zh, en=f"the certificate {cert}: {lasts}")


def _job(job: JobNow) -> Check:
    zh, en = JOBS[job.name]
    last_zh, last_en = _last(job.report)
    said = {
        "good": ("正常", "done"),
        "off": ("未设置", "not set up"),
        "waiting": ("未到时间", "not yet due"),
        "late": ("逾期，请查看服务器日志", "overdue, see the hub's log"),
        "failed": (_failed(job.report, "失败，自", "zh"), _failed(job.report, "fails since", "en")),
    }[job.state]
    good = not job.troubles
    facts = {"state": job.state, "good_at": job.report.good_at, "failed_since": job.report.failed_since}
    return Check(job.name, good, f"{zh}：{said[0]}{last_zh}", f"{en}: {said[1]}{last_en}", facts)


def _failed(report: JobReport, word: str, lang: Language) -> str:
    return f"{word} {_local(report.failed_since)} {line_words(report.why, lang)}"


def _last(report: JobReport) -> tuple[str, str]:
    if report.good_at is None:
        return "", ""
    return f"（最近完成 {_local(report.good_at)}）", f" (last done {_local(report.good_at)})"


def _local(at: str | None) -> str:
    moment: datetime | None = from_iso(at).astimezone(SHANGHAI) if at else None
    return moment.strftime("%Y-%m-%d %H:%M") if moment else "—"
