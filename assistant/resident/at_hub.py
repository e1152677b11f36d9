"""What a PC does with the hub at which it is enrolled, beside looking up."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.resident.entries import Entries
from assistant.resident.hub_map import HubMap
from assistant.resident.notices import Notices
from assistant.resident.reports import Background
from assistant.resident.reveals import Reveals
from assistant.resident.shifts import Shifts
from assistant.words.wording import Language
from data.clock import CorrectedClock
from sync.replica.agent_home import AgentHome


@dataclass(frozen=True, slots=True)
class AtHub:
    """The parts of an enrolled PC; what the desktop calls returns at once.

    Attributes:
        entries: Keeps what is entered in forms, and what was looked up, until the hub has it.
        shifts: Signs people in and out.
        notices: Shows the hub's notices, and keeps which were read.
        reveals: Asks for masked values.
        hub_map: Opens the hub's map.
    """

    entries: Entries
    shifts: Shifts
    notices: Notices
    reveals: Reveals
    hub_map: HubMap

    @classmethod
    def of(cls, home: AgentHome, clock: CorrectedClock, version: str, language: Language) -> "AtHub":
        """The parts for an enrolled home; `version` is this program's."""
        entries = Entries(home, clock)
        shifts = Shifts(home, clock, version, entries.wake, entries.send_now, language)
        return cls(entries, shifts, Notices(home, clock, entries.enter), Reveals(home, language), HubMap(home))

    @property
    def background(self) -> Sequence[Background]:
        """What of them works as long as the desktop does."""
        return (self.shifts.start, self.entries.start, self.notices.start)
