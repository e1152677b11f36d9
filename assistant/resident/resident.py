"""The resident assistant put together: the desktop, the cache, the thread that follows the hub, the repaints."""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler

from assistant.answering.answering import CacheAnswers
from assistant.answering.phone_answers import PhoneAnswers
from assistant.answering.phone_lookup import hub_of
from assistant.lookup.cancelling import Cancellation
from assistant.lookup.choices import Choices
from assistant.model.notice_messages import PromisesSeen
from assistant.resident.asker import Sources
from assistant.resident.at_hub import AtHub
from assistant.resident.desktop import Desktop
from assistant.resident.reports import Background, Post
from assistant.resident.settings import load_settings
from data.clock import Clock, CorrectedClock
from data.errors import SwitchboardError
from data.outages.promises import next_reminder
from sync.outbox.choice_sharing import ChoiceSharer
from sync.replica.agent_home import AgentHome
from sync.replica.cache_guard import CacheGuard
from sync.replica.follow import Follower
from sync.replica.hub_client import HubClient
from sync.replica.replica import Replica

_LOG = logging.getLogger(__name__)
_REPAINT = "repaint"


def run(home: AgentHome, version: str) -> int:
    """Runs the assistant of an agent's home until it is told to quit.

    A home that is not enrolled, or has no cache yet, still shows a popup: it says so there.

    Args:
        home: The agent's.
        version: Of this program, for the hub.

    Returns:
        The exit status.
    """
    settings, problem = load_settings(home.path)
    clock = home.clock()
    choices = Choices(home.path)
    watch = StateWatch(CacheAnswers(home, clock), clock)
    guard = CacheGuard(home, clock, in_use=lambda: cache.in_use)
    learned = choices if settings.learn else None
    cancellation = Cancellation()
    cache = CacheAnswers(
        home, clock, guard.suspect, own_branches=settings.branches, choices=learned, cancelled=cancellation
    )
    answers = PhoneAnswers(cache, hub_of(home))
    sources = Sources(answers.answer, cache.open_node, cache.card, cancellation)
    background: list[Background] = [watch.start, lambda post: _guard(guard, post)]
    at_hub = AtHub.of(home, clock, version, settings.language) if home.enrolled else None
    if at_hub:
        sources = at_hub.shifts.guarded(sources)
        background += [*at_hub.background, lambda post: _follow(home, clock, watch, guard, at_hub, post)]
        if settings.learn:
            background.append(lambda _: ChoiceSharer(choices, HubClient.at(home), clock).start())
    desktop = Desktop(
        home.path,
        sources,
        settings,
        [*background, answers.start],
        choices=choices,
        clock=clock,
        at_hub=at_hub,
        settings_problem=problem,
    )
    return desktop.run()


def _guard(guard: CacheGuard, post: Post) -> Callable[[], None]:
    return guard.start(lambda damaged: post("cache_damaged" if damaged else "cache_whole"))


def _follow(
    home: AgentHome,
    clock: CorrectedClock,
    watch: "StateWatch",
    guard: CacheGuard,
    at_hub: AtHub,
    post: Post,
) -> Callable[[], None]:
    replica = Replica(home, HubClient.at(home), clock)

    def changed() -> None:
        post("cache_changed")
        watch.look()
        at_hub.notices.look()
        guard.look()

    def contact(there: bool) -> None:  # noqa: FBT001 - a callback
        post("hub_back" if there else "hub_lost")
        guard.look()  # a cache that cannot be made equal to the hub is an alarm
        if there:
            at_hub.entries.wake()

    follower = Follower(replica, lambda _: changed(), contact)
    return follower.start()


class StateWatch:
    """Repaints the tray icon at the moments when a state changes by the clock alone, and tells of promises.

    No state depends on it: whoever asks is told the state of that moment, whether a repaint came or not.

    Args:
        answers: Its own, for any of its threads: it takes turns.
        clock: The hub's time as well as it is known.
    """

    def __init__(self, answers: CacheAnswers, clock: Clock) -> None:
        self._answers = answers
        self._clock = clock
        self._turn = threading.Lock()
        self._post: Post = lambda _: None
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._scheduler = BackgroundScheduler(timezone=UTC, job_defaults=defaults)

    def start(self, post: Post) -> Callable[[], None]:
        """Begins to watch; what it returns ends it."""
        self._post = post
        self._scheduler.start()
        self.look()

        def stop() -> None:
            self._scheduler.shutdown(wait=False)
            with self._turn:
                self._answers.close()

        return stop

    def look(self) -> None:
        """Reports whether anything is out, and sets the next repaint: to be called whenever the cache has changed."""
        now = self._clock.now()
        try:
            with self._turn:
                active, moment = self._answers.any_in_effect(), self._answers.next_change()
                promises = self._answers.promises()
        except SwitchboardError as problem:
            _LOG.warning("%s", problem)  # the guard sees to a damaged cache; a fresh one brings another look
            return
        self._post("outage_active" if active else "outage_clear")
        self._post(PromisesSeen(tuple(promises), now))
        moments = [one for one in (moment, next_reminder(promises, now)) if one is not None]
        if not moments:
            self._forget()
            return
        wait = min(moments) - self._clock.now()
        self._scheduler.add_job(
            self._repaint, "date", run_date=datetime.now(UTC) + wait, id=_REPAINT, replace_existing=True
        )

    def _repaint(self) -> None:
        self._post("cache_changed")
        self.look()

    def _forget(self) -> None:
        try:
            self._scheduler.remove_job(_REPAINT)
        except JobLookupError:
            return
