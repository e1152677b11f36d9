"""`switchboard doctor`: what on this machine keeps the assistant from working, each with what to do about it."""

import argparse
import importlib.util
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from pathlib import Path

from assistant.resident.instance import InstanceError, NotRunningError, send
from assistant.resident.settings import load_settings
from data.caches import cache
from data.caches.check import CheckStoppedError, check_cache
from data.clock import SystemClock, to_iso
from data.errors import SwitchboardError
from data.sqlite import DatabaseError, connect
from switchboard.checks import SPARE_BYTES, Check, free_disk, is_private
from switchboard.cli import home_of
from sync.replica.agent_home import AgentHome
from sync.replica.cache_health import REPAIRS_A_DAY
from sync.replica.hub_client import HubClient
from sync.replica.trust import certificate_end

STALE_AFTER = timedelta(minutes=15)
CLOCK_OFF_BY = timedelta(minutes=5)
_RENEWED_DAYS_BEFORE = 14
_COPIES = 2
"""A new cache is written while the old one is still there."""


def doctor(options: argparse.Namespace) -> int:
    """Prints what was checked of a PC's home, or of a hub's: 0 where all is good, 1 where something is wrong."""
    home = home_of(options)
    if is_hub_home(home):
        from switchboard.hub_doctor import examine_hub  # noqa: PLC0415 - takes libraries that no PC has

        checks = list(examine_hub(home))
    else:
        checks = list(examine(AgentHome(home), thorough=options.thorough))
    good = all(check.good for check in checks)
    if options.json:
        sys.stdout.write(json.dumps({"good": good, "checks": [asdict(one) for one in checks]}, ensure_ascii=False))
        sys.stdout.write("\n")
    else:
        for check in checks:
            sys.stdout.write(f"{'✓' if check.good else '✗'} {check.zh}\n  {check.en}\n")
    return 0 if good else 1


def is_hub_home(home: Path) -> bool:
    """Whether a hub was made there."""
    return (home / "hub.toml").is_file()


def examine(home: AgentHome, *, thorough: bool) -> Iterator[Check]:
    """Everything that can be checked of an agent's home, in the order in which it would be put right."""
    yield _home(home)
    yield _settings(home)
    yield _disk(home)
    yield _hub(home)
    yield _certificate(home)
    path = home.current_cache()
    if path is None:
        yield Check(
            "cache",
            good=False,
            zh="还没有本机数据：switchboard sync --once",
            en="no cache yet: switchboard sync --once",
        )
    else:
        yield _cache(home, path)
        yield _agreement(home)
        yield _integrity(home, path, thorough=thorough)
    yield _desktop()
    yield _assistant(home)


def _home(home: AgentHome) -> Check:
    check: Callable[..., Check] = partial(Check, "home", facts={"path": str(home.path), "enrolled": home.enrolled})
    if not home.path.is_dir() or not os.access(home.path, os.R_OK | os.W_OK | os.X_OK):
        return check(good=False, zh=f"目录 {home.path} 不能读写", en=f"the directory {home.path} cannot be used")
    if not home.enrolled:
        advice = f"switchboard enrol --home {home.path} --hub URL --code CODE"
        return check(good=False, zh=f"这台电脑还没有登记：{advice}", en=f"this PC is not enrolled: {advice}")
    if not is_private(home.path):
        advice = f"chmod 700 {home.path}"
        return check(good=False, zh=f"其他用户也能读这个目录：{advice}", en=f"others can read the home: {advice}")
    return check(good=True, zh="目录可用，已登记", en="the home is there, private, and enrolled")


def _settings(home: AgentHome) -> Check:
    _, problem = load_settings(home.path)
    if problem:
        return Check(
            "settings", good=False, zh=f"设置文件未采用：{problem}", en=f"the settings are not used: {problem}"
        )
    return Check("settings", good=True, zh="设置可用", en="the settings can be used")


def _disk(home: AgentHome) -> Check:
    path = home.current_cache()
    held = path.stat().st_size if path else 0
    free = free_disk(home.path)
    wanted = held * _COPIES + SPARE_BYTES
    words = f"{free // 1_000_000} MB"
    return Check(
        "disk",
        good=free >= wanted,
        zh=f"磁盘剩余 {words}，至少需要 {wanted // 1_000_000} MB",
        en=f"{words} of disk are free, at least {wanted // 1_000_000} MB are needed",
        facts={"free": free, "wanted": wanted},
    )


def _hub(home: AgentHome) -> Check:
    """Reached as this device, so that its rights are tried too; the hub's first event tells its time."""
    try:
        told = next(HubClient.at(home).events())
    except (SwitchboardError, StopIteration) as problem:
        said = str(problem) or "it ended the stream"
        return Check("hub", good=False, zh=f"连不上服务器：{said}", en=f"the hub does not answer: {said}")
    revision, offset = told.revision, told.time - SystemClock().now()
    off_s = round(offset.total_seconds(), 1)
    return Check(
        "hub",
        good=abs(offset) <= CLOCK_OFF_BY,
        zh=f"服务器已连通（修订号 {revision}）；本机时钟相差 {off_s} 秒"
        + ("" if abs(offset) <= CLOCK_OFF_BY else "，请校时"),
        en=f"the hub answers, at revision {revision}; this PC's clock is {off_s} s behind it",
        facts={"url": home.enrolment().hub, "revision": revision, "clock_offset_s": off_s},
    )


def _certificate(home: AgentHome) -> Check:
    """Of the hub: one that is over shuts every PC out."""
    try:
        end = certificate_end(home.enrolment().hub)
    except SwitchboardError as problem:
        return Check("certificate", good=False, zh=f"服务器证书不可用：{problem}", en=str(problem))
    if end is None:
        return Check("certificate", good=True, zh="未使用 TLS（仅限本机）", en="no TLS: the hub is on this machine")
    days = (end - SystemClock().now()).days
    advice = "" if days >= _RENEWED_DAYS_BEFORE else ": renew it at the hub 请在服务器上更换"
    return Check(
        "certificate",
        good=not advice,
        zh=f"服务器证书还有 {days} 天到期{advice}",
        en=f"the hub's certificate lasts {days} days more{advice}",
        facts={"ends": to_iso(end), "days": days},
    )


def _cache(home: AgentHome, path: Path) -> Check:
    try:
        with closing(connect(path, read_only=True)) as connection:
            meta = cache.read_meta(connection)
    except DatabaseError as error:
        return Check("cache", good=False, zh=f"本机数据打不开：{error}", en=f"the cache cannot be opened: {error}")
    confirmed, now = home.confirmed_at(), home.clock().now()
    known = meta.get("schema") == str(cache.SCHEMA)
    fresh = confirmed is not None and abs(now - confirmed) <= STALE_AFTER
    as_of = to_iso(confirmed) if confirmed else "—"
    advice = "" if known and fresh else ": switchboard sync --once"
    return Check(
        "cache",
        good=known and fresh,
        zh=f"本机数据修订号 {meta.get('revision')}，最近核对 {as_of}" + advice,
        en=f"the cache is at revision {meta.get('revision')}, confirmed {as_of}" + advice,
        facts={
            "file": str(path),
            "bytes": path.stat().st_size,
            "revision": meta.get("revision"),
            "schema": meta.get("schema"),
            "schema_expected": str(cache.SCHEMA),
            "confirmed_at": to_iso(confirmed) if confirmed else None,
        },
    )


def _agreement(home: AgentHome) -> Check:
    """What the last synchronisation found; a difference that comes back within a day is an alarm."""
    alarm = home.health.alarm()
    if alarm is None:
        return Check("agreement", good=True, zh="本机数据与服务器核对一致", en="the cache adds up to what the hub says")
    return Check("agreement", good=False, zh=f"本机数据与服务器不一致，请报告管理员：{alarm}", en=f"alarm: {alarm}")


def _integrity(home: AgentHome, path: Path, *, thorough: bool) -> Check:
    """Checks the cache now, and notes what it finds: whoever follows the hub then fetches a fresh one."""
    clock = home.clock()
    try:
        damages = check_cache(path, thorough=thorough)
    except CheckStoppedError as stopped:
        return Check(
            "integrity", good=False, zh=f"完整性检查未完成：{stopped}", en=f"not checked to the end: {stopped}"
        )
    home.health.note_check(path, clock.now(), damages, thorough=thorough)
    finding, checked = home.health.finding(path), home.health.checked_at(path)
    facts = {
        "thorough": thorough,
        "damages": [asdict(damage) for damage in finding.damages] if finding else [],
        "found_at": to_iso(finding.at) if finding else None,
        "checked_at": to_iso(checked) if checked else None,
        "repairs_today": [to_iso(moment) for moment in home.health.repairs(clock.now())],
    }
    if finding is None:
        return Check(
            "integrity", good=True, zh="没有发现本机数据损坏", en="no damage was found in the cache", facts=facts
        )
    spent = not home.health.may_repair(clock.now())
    zh = f"今天已更换 {REPAIRS_A_DAY} 次，请检查磁盘" if spent else "连上服务器后自动更换，或 switchboard sync --once"
    en = f"replaced {REPAIRS_A_DAY} times today: look at the disk" if spent else "replaced once the hub answers"
    return Check(
        "integrity", good=False, zh=f"本机数据损坏（{zh}）：{finding}", en=f"damaged ({en}): {finding}", facts=facts
    )


def _desktop() -> Check:
    wanted = ["tkinter", "PIL", "pystray", "keyboard" if sys.platform == "win32" else "Xlib"]
    missing = [name for name in wanted if importlib.util.find_spec(name) is None]
    screen = sys.platform == "win32" or bool(os.environ.get("DISPLAY"))
    facts = {"missing": missing, "display": screen, "session": os.environ.get("XDG_SESSION_TYPE", "")}
    if missing:
        names = ", ".join(missing)
        return Check(
            "desktop", good=False, zh=f"缺少组件：{names}", en=f"these parts are missing: {names}", facts=facts
        )
    if not screen:
        return Check(
            "desktop",
            good=False,
            zh="没有图形界面",
            en="there is no display: run it in the desktop session",
            facts=facts,
        )
    if os.environ.get("XDG_SESSION_TYPE") == "wayland" or os.environ.get("WAYLAND_DISPLAY"):
        en = "Wayland gives no global hotkeys: bind `switchboard toggle` to a desktop shortcut"
        return Check(
            "desktop",
            good=False,
            zh="Wayland 下没有全局快捷键：把 switchboard toggle 设为桌面快捷键",
            en=en,
            facts=facts,
        )
    return Check(
        "desktop", good=True, zh="窗口、托盘和快捷键的组件齐全", en="window, tray and hotkey can work", facts=facts
    )


def _assistant(home: AgentHome) -> Check:
    """What the running assistant says of its hotkey and tray; that none runs is no fault."""
    try:
        state = send(home.path, "state")
    except NotRunningError:
        return Check("assistant", good=True, zh="助手没有运行", en="no assistant runs", facts={"running": False})
    except InstanceError as problem:
        return Check("assistant", good=False, zh=f"助手没有回应：{problem}", en=str(problem), facts={"running": True})
    facts = {"running": True, **{key: state.get(key) for key in ("hotkey", "hotkey_works", "tray", "hub_connected")}}
    if not state.get("hotkey_works"):
        said = state.get("hotkey")
        return Check(
            "assistant", good=False, zh=f"快捷键不可用：{said}", en=f"the hotkey does not work: {said}", facts=facts
        )
    return Check("assistant", good=True, zh="助手正在运行", en="the assistant runs", facts=facts)
