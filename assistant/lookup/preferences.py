"""Which records an agent probably means by what is typed, from what the agent and the team chose before."""

from collections.abc import Mapping

from assistant.lookup.choices import Choices
from data.choice_weight import MOST_PREFERRED, shares
from data.clock import Clock
from data.sqlite import Connection

Records = Mapping[tuple[str, str], float]
"""How far records are preferred, above 0 and below 1, by kind and id."""

TEAM_COUNTS = 0.4
"""How much the team's preference counts beside the agent's own."""


class Preferences:
    """Preferences on one open cache, which holds the team's.

    Args:
        own: The agent's own choices.
        cache: An open cache; it is only read.
        clock: Tells how far the choices have faded.
    """

    def __init__(self, own: Choices, cache: Connection, clock: Clock) -> None:
        self._own = own
        self._cache = cache
        self._clock = clock

    def __call__(self, text: str) -> dict[tuple[str, str], float]:
        """The records preferred for `text`, as `assistant.lookup.query.plain_query` makes it.

        Returns:
            Above 0 and below 1 by kind and id, the best first; at most `MOST_PREFERRED`, mostly none.
        """
        now = self._clock.now()
        rows = self._cache.execute(
            "SELECT record_kind, record, mass FROM team_choice WHERE id >= ? AND id < ?", (f"{text}|", f"{text}}}")
        ).fetchall()
        weights = shares([mass for _, _, mass in rows], now)
        team = {(kind, key): weight for (kind, key, _), weight in zip(rows, weights, strict=True)}
        return merged(self._own.preferred(text, now), team)


def merged(own: Records, team: Records) -> dict[tuple[str, str], float]:
    """Own and team's preferences as one; a record in both gains by both.

    Returns:
        The best first, at most `MOST_PREFERRED`; equals in the order of kind and id.
    """
    both = {
        record: 1 - (1 - own.get(record, 0.0)) * (1 - TEAM_COUNTS * team.get(record, 0.0)) for record in {*own, *team}
    }
    best = sorted(both, key=lambda record: (-both[record], record))[:MOST_PREFERRED]
    return {record: both[record] for record in best}
