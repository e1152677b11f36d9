"""A safe copy is read back before it gets its name: a disk that garbles what it was given is found out at once."""

import os
from pathlib import Path

import pytest

from sync.copies.backup import make_backup
from sync.errors import DamagedError
from sync.hub.home import make_hub_home
from tests.stores import SetClock, fill


def garble(descriptor: int) -> None:
    """Flips a bit in the middle of the file, as the disk does."""
    middle = os.fstat(descriptor).st_size // 2
    with Path(f"/proc/self/fd/{descriptor}").open("r+b") as file:
        file.seek(middle)
        byte = file.read(1)
        file.seek(middle)
        file.write(bytes([byte[0] ^ 1]))


@pytest.mark.parametrize("passphrase", ["", "a long passphrase"])
def test_a_copy_that_the_disk_garbled_is_refused_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, passphrase: str
) -> None:
    home = make_hub_home(tmp_path / "hub")
    store = home.open_store(SetClock())
    fill(store)
    out = tmp_path / "copies" / "today"
    out.parent.mkdir()
    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", garble)
        with pytest.raises(DamagedError, match="no whole backup"):
            make_backup(home.path, store, out, "os:root", "1.0", passphrase)
    assert list(out.parent.iterdir()) == []
    make_backup(home.path, store, out, "os:root", "1.0", passphrase)
    store.engine.dispose()
