"""What a hub keeps, where, how and how long: some tables of `hub.toml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sync.errors import HomeError

_KEYS: Mapping[str, Mapping[str, type]] = {
    "audit": {"checkpoints": str, "keep_days": int},
    "backup": {"directory": str, "keep": int, "hour": int, "passphrase_file": str},
    "cache": {"encrypt": bool},
    "retention": {"days": int},
    "reveal": {"per_hour": int},
}
_CALLED = {str: "a text", int: "a number", bool: "true or false"}
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
        encrypt_caches: Whether the caches of PCs are encrypted.
        customer_days: So long calls, tickets and look-ups lead to a customer or caller; None: always.
        reveals_per_hour: How many masked values a person may have revealed within an hour.
    """

    checkpoints: Path | None = None
    audit_days: int | None = None
    backups: Path | None = None
    backups_kept: int = 7
    backup_hour: int = 2
    passphrase_file: Path | None = None
    encrypt_caches: bool = True
    customer_days: int | None = None
    reveals_per_hour: int = 30


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
        encrypt_caches=_table(settings, "cache").get("encrypt", True),
        customer_days=_table(settings, "retention").get("days"),
        reveals_per_hour=_table(settings, "reveal").get("per_hour", 30),
    )
    if keeping.audit_days is not None and keeping.audit_days < _LEAST_DAYS:
        raise HomeError(f"hub.toml, [audit] keep_days = {keeping.audit_days}: give {_LEAST_DAYS} or more")
    if keeping.customer_days is not None and keeping.customer_days < _LEAST_DAYS:
        raise HomeError(f"hub.toml, [retention] days = {keeping.customer_days}: give {_LEAST_DAYS} or more")
    if keeping.reveals_per_hour < 0:
        raise HomeError(f"hub.toml, [reveal] per_hour = {keeping.reveals_per_hour}: give 0 or more")
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
            raise HomeError(f"hub.toml, [{name}] {key} = {value!r}: give {_CALLED[kind]}")
    return table


def _path(table: Mapping[str, Any], key: str) -> Path | None:
    return Path(table[key]).expanduser() if table.get(key) else None
