"""What a PC keeps of its enrolment: which hub, how it is recognised, the tokens, and who is signed in for the shift.

The refresh token, which lasts, is kept by the system's keeper of secrets where there is one; the access token is good
for some minutes.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from data.clock import from_iso, to_iso
from data.errors import DataError
from sync.errors import HomeError
from sync.file_lock import locked
from sync.private_files import read_whole, write_whole
from sync.replica.secret_keeper import SecretKeeper

_TOKENS = SecretKeeper("token", "Switchboard device token")
_UNKEPT = "key "
"""How the keeper's text begins where nobody else keeps the token: the file then holds it as it is."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What this device knows of its hub.

    Attributes:
        token: What it asks with: good for some minutes, or lasting where the hub gives no `refresh`.
        refresh: What it gets the next pair of tokens with; empty where it was enrolled before there were any, and
            where the system keeps it (`EnrolmentFiles.renewing` has it then).
        pin: SHA-256 of the hub's certificate, in hexadecimal; empty without TLS, or where `ca` is its proof.
        ca: Whether the home keeps a certificate authority that the hub's certificate must come from.
    """

    hub: str
    device: str
    name: str
    token: str
    refresh: str = ""
    pin: str = ""
    ca: bool = False


@dataclass(frozen=True, slots=True)
class Shift:
    """Who is signed in at this PC, and until when."""

    person: str
    role: str
    token: str
    ends: datetime


def check_no_hub(home: Path) -> None:
    """Does nothing where no hub's home is.

    Raises:
        HomeError: one is: a PC's own would be made among its files.
    """
    if (home / "hub.toml").exists():
        raise HomeError(f"{home} is a hub's home, not a PC's: give the PC's with --home")


class EnrolmentFiles:
    """The small files of an agent's home that hold them, readable by their owner only.

    Args:
        path: The home.
    """

    def __init__(self, path: Path) -> None:
        self._home = path
        self._enrolment = path / "agent.json"
        self._shift = path / "shift.json"
        self._policy = path / "sign-in-required"
        self.ca = path / "hub-ca.pem"

    @property
    def there(self) -> bool:
        """Whether a device was enrolled here."""
        return self._enrolment.exists()

    def read(self) -> Enrolment:
        """Which hub, and with which tokens.

        Raises:
            HomeError: the device is not enrolled, or its file is damaged.
        """
        return self._read()[0]

    def _read(self) -> tuple[Enrolment, str]:
        """What the file says, and where the refresh token is kept; "" where it is in it, or there is none."""
        try:
            kept = json.loads(read_whole(self._enrolment))
            known = {field.name for field in fields(Enrolment)}
            enrolment = Enrolment(**{name: value for name, value in kept.items() if name in known})
            return enrolment, str(kept.get("refresh_kept", ""))
        except FileNotFoundError:
            check_no_hub(self._home)
            raise HomeError(
                f"{self._home} is not enrolled: switchboard enrol --home {self._home} --hub URL --code CODE"
            ) from None
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise HomeError(f"{self._enrolment} cannot be read ({error}): enrol again with a new code") from None

    def write(self, enrolment: Enrolment) -> None:
        """Keeps it, whole or not at all: the keyring first, so that a token that the hub has given is never lost."""
        kept = _TOKENS.keep(str(self._home.absolute()), enrolment.refresh) if enrolment.refresh else ""
        if kept and not kept.startswith(_UNKEPT):
            told = {**asdict(enrolment), "refresh": "", "refresh_kept": kept}
        else:
            told = asdict(enrolment)
        write_whole(self._enrolment, json.dumps(told, ensure_ascii=False))

    def write_tokens(self, token: str, refresh: str) -> Enrolment:
        """Keeps another pair of tokens."""
        enrolment = replace(self.read(), token=token, refresh=refresh)
        self.write(enrolment)
        return enrolment

    @contextmanager
    def renewing(self) -> Iterator[Enrolment]:
        """Keeps other processes of this home from renewing the tokens while the block runs, and tells the newest.

        Raises:
            HomeError: the device is not enrolled, or whoever keeps its refresh token does not give it out now.
        """
        with locked(self._home / "tokens.lock"):
            enrolment, kept = self._read()
            if not kept:
                yield enrolment
            elif refresh := _TOKENS.given(kept):
                yield replace(enrolment, refresh=refresh)
            else:
                raise HomeError(
                    "这台电脑的凭据在系统密钥环中，现在取不出，请登录桌面并解锁密钥环 "
                    "the keyring does not give out this PC's token: sign in to the desktop and unlock it, "
                    "or enrol again with a new code"
                )

    def sign_in_required(self) -> bool:
        """Whether somebody has to be signed in before this PC answers, as far as the hub was heard."""
        return self._policy.exists()

    def keep_sign_in_required(self, *, required: bool) -> None:
        """Keeps that: it holds without the hub, too."""
        if required:
            self._policy.touch(mode=0o600)
        else:
            self._policy.unlink(missing_ok=True)

    def shift(self) -> Shift | None:
        """Who signed in last and has not signed out, or None; whether the shift is over by now is for the asker."""
        try:
            kept: dict[str, Any] = json.loads(read_whole(self._shift))
            return Shift(str(kept["person"]), str(kept["role"]), str(kept["token"]), from_iso(kept["ends"]))
        except (OSError, ValueError, KeyError, TypeError, DataError):
            return None

    def begin_shift(self, shift: Shift) -> None:
        """Keeps who is signed in: the assistant may be started again within a shift."""
        write_whole(self._shift, json.dumps({**asdict(shift), "ends": to_iso(shift.ends)}, ensure_ascii=False))

    def end_shift(self) -> None:
        """Nobody is signed in any more."""
        if self._shift.exists():
            write_whole(self._shift, "{}")  # not removed: Windows refuses that while another process reads it
