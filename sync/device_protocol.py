"""What a PC and the hub say to each other about who asks."""

from dataclasses import dataclass

PERSON_HEADER = "Switchboard-Person"
"""Bears the secret of the shift of the person who is signed in at the PC."""
TOKEN_OVER, SHIFT_OVER = "urn:switchboard:token-over", "urn:switchboard:shift-over"
"""Types of problem that a PC acts upon: it gets another access token, or signs its person out."""


@dataclass(frozen=True, slots=True)
class HubSays:
    """What a hub answers to a PC that reports.

    Attributes:
        sign_in_required: The PC answers nothing until somebody has signed in.
        person: Who is signed in at it, None for nobody.
        renew: The PC still asks with a secret of before there were tokens, and should exchange it.
    """

    sign_in_required: bool
    person: str | None
    renew: bool
