"""What a hub keeps beside its store, where and how long: the tables `[audit]` and `[backup]` of `hub.toml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sync.errors import HomeError

_KEYS = {
    "audit": {"checkpoints": str, "keep_days": int},
    "backup": {"directory": str, "keep": int, "hour": int, "passphrase_file": str},
}
_LEAST_DAYS = 30
_HOURS = 24


@dataclass(frozen=True, slots=True)
class Keeping:
    """The settings.

    Attributes:
        checkpoints: Where each day's checkpoint is put too, best on another machine; None: in the home alone.
        audit_days: Older audit entries are put into files of the home; None: they stay in the store.
        backups: Where a backup is put each day; None: none is made.
        backups_kept: So many of the newest backups there stay.
        backup_hour: From which hour on it is made, 0 to 23, in Asia/Shanghai.
        passphrase_file: Holds the passphrase that backups are encrypted with; None: they are not.
    """

    checkpoints: Path | None = None
    audit_days: int | None = None
    backups: Path | None = None
    backups_kept: int = 7
    backup_hour: int = 2
    passphrase_file: Path | None = None


def read_keeping(settings: Mapping[str, Any]) -> Keeping:
    """The settings in the parsed `hub.toml`.

    Raises:
        HomeError: one is unknown, or is not what it should be.
    """
    audit, backup = _table(settings, "audit"), _table(settings, "backup")
    keeping = Keeping(
        checkpoints=_path(audit, "checkpoints"),
        audit_days=audit.get("keep_days"),
        backups=_path(backup, "directory"),
        backups_kept=backup.get("keep", 7),
        backup_hour=backup.get("hour", 2),
        passphrase_file=_path(backup, "passphrase_file"),
    )
    if keeping.audit_days is not None and keeping.audit_days < _LEAST_DAYS:
        raise HomeError(f"hub.toml, [audit] keep_days = {keeping.audit_days}: give {_LEAST_DAYS} or more")
    if keeping.backups_kept < 1:
        raise HomeError(f"hub.toml, [backup] keep = {keeping.backups_kept}: give 1 or more")
    if not 0 <= keeping.backup_hour < _HOURS:
        raise HomeError(f"hub.toml, [backup] hour = {keeping.backup_hour}: give 0 to 23")
    return keeping


def _table(settings: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = settings.get(name, {})
    if not isinstance(table, dict):
        raise HomeError(f"hub.toml: {name} must be a table, [{name}]")
    for key, value in table.items():
        kind = _KEYS[name].get(key)
        if kind is None:
            raise HomeError(f"hub.toml, [{name}] {key}: there is no such setting; there are {', '.join(_KEYS[name])}")
        if type(value) is not kind:
            raise HomeError(f"hub.toml, [{name}] {key} = {value!r}: give {'a number' if kind is int else 'a text'}")
    return table


def _path(table: Mapping[str, Any], key: str) -> Path | None:
    return Path(table[key]).expanduser() if table.get(key) else None
