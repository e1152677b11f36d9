"""The verbs `backup` and `restore`."""

import argparse
import os
import sys
from pathlib import Path

from data.clock import SystemClock
from switchboard import __version__
from switchboard.cli import home_of
from switchboard.hub_verbs import os_actor
from sync.copies.backup import make_backup, name_in, read_passphrase
from sync.copies.restore import restore_backup
from sync.hub.home import HubHome

_PASSPHRASE = "SWITCHBOARD_PASSPHRASE"  # noqa: S105 - its name


def backup(options: argparse.Namespace) -> dict[str, object]:
    """Writes a safe copy of a hub, which may go on serving."""
    home = HubHome(home_of(options))
    store, out = home.open_store(), Path(options.out)
    if out.is_dir():
        out = name_in(out, store.clock.now())
    passphrase = _passphrase(options)
    manifest = make_backup(home.path, store, out, os_actor(), __version__, passphrase)
    if not passphrase:
        sys.stderr.write(f"switchboard: {out} holds the hub's keys: keep it as safe as the hub, or encrypt it\n")
    return {
        "file": str(out),
        "bytes": out.stat().st_size,
        "revision": manifest.revision,
        "epoch": manifest.epoch,
        "rows": sum(manifest.tables.values()),
        "audit": {"number": manifest.audit[0], "hash": manifest.audit[1]},
        "encrypted": bool(passphrase),
    }


def restore(options: argparse.Namespace) -> dict[str, object]:
    """Makes a home from a backup."""
    home = home_of(options)
    database = options.database or ""
    epoch = restore_backup(Path(options.file), home, SystemClock(), os_actor(), database, _passphrase(options))
    HubHome(home).open_store().engine.dispose()  # its keys fit its store
    return {"home": str(home), "epoch": epoch}


def _passphrase(options: argparse.Namespace) -> str:
    if options.passphrase_file:
        return read_passphrase(Path(options.passphrase_file))
    return os.environ.get(_PASSPHRASE, "")
