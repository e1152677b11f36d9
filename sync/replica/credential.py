"""What a PC shows the hub with each request: its access token, and the shift of whoever is signed in."""

from collections.abc import Callable
from typing import Protocol

from sync.device_protocol import PERSON_HEADER
from sync.replica.agent_home import AgentHome
from sync.replica.enrolment import Enrolment


class Credential(Protocol):
    """What requests bear."""

    def headers(self) -> dict[str, str]:
        """The headers of a request."""
        ...

    def renew(self, headers: dict[str, str], exchange: Callable[[str], tuple[str, str]]) -> bool:
        """Gets another access token after the hub took `headers` no more.

        Args:
            headers: With which the request was refused.
            exchange: Makes the next access and refresh token of a refresh token, at the hub.

        Returns:
            Whether it is worth another try.
        """
        ...

    def end_shift(self) -> None:
        """The hub says that the shift is over."""
        ...


class GivenToken:
    """A token that stays as it is.

    Args:
        token: Empty for none.
    """

    def __init__(self, token: str) -> None:
        self._token = token

    def headers(self) -> dict[str, str]:
        """The token, if there is one."""
        return {"Authorization": f"Bearer {self._token}"} if self._token else {}

    def renew(self, _headers: dict[str, str], _exchange: Callable[[str], tuple[str, str]]) -> bool:
        """It cannot be renewed."""
        return False

    def end_shift(self) -> None:
        """Nobody is signed in with it."""


class HomeCredential:
    """The tokens and the shift that a home keeps.

    A pair of tokens is kept before it is used, and while one process of the home renews them the others wait: the hub
    takes the last refresh token but one for a retry, and an older one for a copy.

    Args:
        home: An agent's.
    """

    def __init__(self, home: AgentHome) -> None:
        self._files = home.files
        self._enrolment: Enrolment = home.enrolment()

    def headers(self) -> dict[str, str]:
        """The access token, and the shift's where somebody is signed in."""
        bearer = {"Authorization": f"Bearer {self._enrolment.token}"}
        shift = self._files.shift()
        return {**bearer, PERSON_HEADER: shift.token} if shift else bearer

    def renew(self, headers: dict[str, str], exchange: Callable[[str], tuple[str, str]]) -> bool:
        """Exchanges the refresh token, or takes what another process of this home has exchanged."""
        with self._files.renewing() as kept:
            self._enrolment = kept
            if headers.get("Authorization") == f"Bearer {kept.token}":
                self._enrolment = self._files.write_tokens(*exchange(kept.refresh or kept.token))
        return True

    def end_shift(self) -> None:
        """Nobody is signed in any more."""
        self._files.end_shift()
