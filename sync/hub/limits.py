"""How often each asker may ask: a bucket of tokens for each of them and each act.

The buckets are of this process: several hub processes on one database let each asker ask as often each. What guards
passwords and PINs, the count of wrong tries, is in the database (`sync.auth.lockout`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from threading import Lock

from fastapi import Request

from data.clock import Clock
from sync.errors import TooManyTriesError

_ASKERS_AT_MOST = 100_000
_ROUNDING_S = 1e-6


@dataclass(frozen=True, slots=True)
class Allowance:
    """`at_once` requests, and then one every `every_s` seconds."""

    at_once: int
    every_s: float


ALLOWANCES: Mapping[str, Allowance] = {
    # Tried with a secret that is not checked yet, and counted by address: a whole office may be behind one.
    "sign_in": Allowance(60, 1.0),
    "enrol": Allowance(30, 2.0),
    "renew_token": Allowance(2000, 0.01),
    # Counted by device, or by person.
    "sign_in_here": Allowance(20, 5.0),
    "own_account": Allowance(20, 5.0),
    "find_by_phone": Allowance(30, 2.0),
    "reveal": Allowance(20, 6.0),
    "tell_choices": Allowance(30, 2.0),
    "write_entries": Allowance(120, 0.5),
    "keep_cache": Allowance(500, 0.02),
    "send_call_events": Allowance(500, 0.02),
}
ANY_OTHER = Allowance(300, 0.05)


class Limits:
    """Who asked how often.

    Args:
        clock: Tells when they ask.
        allowances: For each act; `ANY_OTHER` for one that is not among them.
    """

    def __init__(self, clock: Clock, allowances: Mapping[str, Allowance] = ALLOWANCES) -> None:
        self._clock = clock
        self._allowances = allowances
        self._full_at: dict[tuple[str, str], float] = {}
        self._lock = Lock()

    def wait_s(self, asker: str, act: str) -> int:
        """0, and the request counts; or for how many seconds the asker has to wait, and it does not.

        Source: the generic cell rate algorithm, ITU-T I.371: a bucket is the one moment at which it is full again.
        """
        allowed = self._allowances.get(act, ANY_OTHER)
        now = self._clock.now().timestamp()
        with self._lock:
            before = self._full_at.pop((asker, act), now)
            if before > now + allowed.at_once * allowed.every_s + _ROUNDING_S:
                before = now  # the clock was put back, which must shut nobody out
            full_at = max(before, now) + allowed.every_s
            over_s = full_at - now - allowed.at_once * allowed.every_s
            refused = over_s > _ROUNDING_S
            self._full_at[asker, act] = before if refused else full_at
            if len(self._full_at) > _ASKERS_AT_MOST:
                del self._full_at[next(iter(self._full_at))]  # who asked least recently
        return max(1, ceil(over_s)) if refused else 0


def spend(request: Request, asker: str, act: str) -> None:
    """Counts a request.

    Raises:
        TooManyTriesError: the asker has to wait.
    """
    limits: Limits = request.app.state.limits
    if wait_s := limits.wait_s(asker, act):
        raise TooManyTriesError(f"too many requests 请求过于频繁: wait {wait_s} s 请稍候", wait_s=wait_s)
