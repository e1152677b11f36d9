"""Simulated calls for the demo, as an exchange writes them into its queue_log."""

import heapq
import random

_QUEUE = "供电服务"
_AGENTS = ("Agent/王芳", "Agent/李强", "Agent/张敏", "Agent/刘洋", "Agent/陈静")
_ARRIVALS_PER_S = 1 / 9
_PATIENCE_S, _TALK_S, _AFTER_CALL_S = 45.0, 60.0, 12.0


class CallSimulator:
    """A queue with a few agents: callers arrive at random, wait for a free agent, or give up.

    A plain M/M/c queue with impatient callers (Erlang A).

    Args:
        seed: The same seed gives the same calls.
    """

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - no secret
        self._agents: list[tuple[float, str]] = [(0.0, agent) for agent in _AGENTS]
        self._pending: list[tuple[float, int, str]] = []
        self._next_arrival = 0.0
        self._number = 0

    def lines_until(self, now: float) -> list[str]:
        """The lines of everything that happened since the last call, up to the epoch second `now`, oldest first."""
        if not self._next_arrival:
            self._next_arrival = now
        while self._next_arrival <= now:
            self._arrive(self._next_arrival)
            self._next_arrival += self._random.expovariate(_ARRIVALS_PER_S)
        lines = []
        while self._pending and self._pending[0][0] <= now:
            lines.append(heapq.heappop(self._pending)[2])
        return lines

    def _arrive(self, at: float) -> None:
        free_at, agent = self._agents[0]
        call = f"{int(at)}.{self._number}"
        self._write(at, call, "NONE", "ENTERQUEUE", "", f"1{self._random.randrange(10**9, 10**10)}", "1")
        answered_at = max(at + self._random.uniform(1, 6), free_at)
        gives_up_at = at + self._random.expovariate(1 / _PATIENCE_S)
        if gives_up_at < answered_at and gives_up_at - at > 1:
            self._write(gives_up_at, call, "NONE", "ABANDON", "1", "1", str(int(gives_up_at - at)))
            return
        waited, talk = int(answered_at - at), self._random.expovariate(1 / _TALK_S) + 5
        ends_at = answered_at + talk
        self._write(answered_at, call, agent, "CONNECT", str(waited), f"{call}1", "3")
        self._write(ends_at, call, agent, "COMPLETECALLER", str(waited), str(int(talk)), "1")
        heapq.heapreplace(self._agents, (ends_at + self._random.expovariate(1 / _AFTER_CALL_S), agent))

    def _write(self, at: float, call: str, agent: str, event: str, *args: str) -> None:
        self._number += 1
        line = "|".join((str(int(at)), call, _QUEUE, agent, event, *args))
        heapq.heappush(self._pending, (at, self._number, line))
