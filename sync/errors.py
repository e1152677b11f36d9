"""What can go wrong between a hub and an agent's cache."""

from collections.abc import Mapping, Sequence

from data.errors import SwitchboardError
from data.rights import ForbiddenError

_NAMED = 5


class SyncError(SwitchboardError):
    """Something between the hub and this machine."""


class HomeError(SyncError):
    """A directory that is not the kind of home that a verb needs."""


class HubUnreachableError(SyncError):
    """The hub does not answer; a later try may succeed."""


class OtherHubError(HubUnreachableError):
    """Who answers there shows another certificate than the hub did."""


class RefusedError(SyncError):
    """The hub answered, and said no.

    Attributes:
        detail: Why, in the hub's own words; empty where it is this program that says so.
        said: Why, as the hub has it shown to people, by language; a hub of before that says nothing here.
    """

    detail = ""
    said: Mapping[str, str] = {}

    def words(self, language: str) -> str:
        """Why, for a person who reads that language."""
        return self.said.get(language) or self.detail or str(self)


class AskedTooOftenError(RefusedError):
    """This device or address asked too often: a later try may succeed."""


class HubTroubleError(RefusedError):
    """The hub, or what stands before it, failed at what was asked: a later try may succeed."""


class TokenOverError(RefusedError):
    """The device's access token is good no more: over, or the device was revoked."""


class ShiftOverError(RefusedError):
    """Whoever was signed in at this PC is so no more."""


class MustChangeError(ForbiddenError):
    """This password was given by somebody else: it is good for changing it only."""


class SnapshotNeededError(SyncError):
    """The change log cannot bring this cache up to date: a snapshot must be fetched."""


class DamagedError(SyncError):
    """What was received or stored is not what the hub says it should be."""


class TooOldError(SyncError):
    """This program is older than what the hub still serves."""


class DifferingError(DamagedError):
    """A cache does not add up to what the hub says.

    Attributes:
        parts: Buckets and kinds in which it differs.
    """

    def __init__(self, parts: Sequence[tuple[str, str]]) -> None:
        named = ", ".join("/".join(part) for part in parts[:_NAMED]) + (" …" if len(parts) > _NAMED else "")
        super().__init__(f"the cache differs from the hub in {named}")
        self.parts = tuple(parts)


class EndedError(SyncError):
    """Work was ended before it was done."""


class TooManyTriesError(SyncError):
    """Wrong too often; `wait_s` seconds from now it may be tried again."""

    def __init__(self, message: str, *, wait_s: int) -> None:
        super().__init__(message)
        self.wait_s = wait_s
