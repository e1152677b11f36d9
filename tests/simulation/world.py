"""One run: hubs, PCs and what happens to them, all of it decided by a seed."""

import shutil
from asyncio import AbstractEventLoop
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from random import Random

from data.errors import SwitchboardError
from data.fields import Doc
from data.kinds import KINDS
from data.store import change_log
from data.store.rows import all_docs
from sync.auth.devices import move_device, revoke_device
from sync.errors import DamagedError, RefusedError
from sync.hub.urgent import News, news_since
from sync.outbox.entering import Place
from tests.random_changes import Delete, Put
from tests.simulation.machines import Machines
from tests.simulation.oracle import Key, Known, Oracle, within
from tests.simulation.pc import Pc
from tests.simulation.template import PCS, SCOPES, begin_shift, scope_of
from tests.simulation.transactions import random_transaction
from tests.simulation.wire import Answered, Asked, KilledError, Network, in_place_of_sockets
from tests.stores import NETWORK, SetClock

HOUR_S = 3600.0
_STAYS_AWAY = 0.2
_AT_A_PC = {"sync": 5, "follow": 4, "send": 5, "ticket": 3, "area": 3, "outage": 2, "restart": 1, "sign in": 1}
_ELSEWHERE = {
    "commit": 10,
    "clock": 3,
    "compact": 2,
    "hub restart": 2,
    "late": 2,
    "move": 2,
    "copy": 1,
    "put back": 1,
    "revoke": 0.3,
}
"""What can be done, and how often in proportion."""

_BUCKETS = {scope_of(branches).key: buckets for branches, buckets in SCOPES.items()}


class World:
    """What a seed makes of a template.

    Args:
        seed: Decides everything.
        template: From `make_template`.
        place: An empty directory.
        loop: On which hubs answer.

    Attributes:
        trace: What happened, line by line.
        did: How often each thing was done.
    """

    def __init__(self, seed: int, template: Path, place: Path, loop: AbstractEventLoop) -> None:
        self.chance = Random(seed)
        self.trace: list[str] = []
        self.did: Counter[str] = Counter()
        self.clock = SetClock()
        self.oracle = Oracle()
        self._place = place
        encrypted, two = self.chance.random() < 0.5, self.chance.random() < 0.3
        self._copies = list[tuple[Path, Known]]()
        self._news: list[News] = []
        self._busy = False
        self._open = ExitStack()
        shutil.copytree(template / "hub", place / "hub")
        count = 2 if two else 1
        for number in range(count):
            shutil.copytree(template / f"snapshots-{encrypted}", place / f"snapshots-{number}")
        self.machines = Machines(place, count, self.clock, loop, encrypted=encrypted)
        for kind, doc in NETWORK:
            self.oracle.put(kind, doc)
        self._head = 0
        self.pcs: dict[str, Pc] = {}
        self._look()
        self.network = Network(self.chance, self._deliver, self._meanwhile, self.trace.append)
        self._open.enter_context(in_place_of_sockets(self.network))
        self.pcs = {name: self._pc(name, template) for name in PCS}

    def close(self) -> None:
        """Ends everything."""
        self._open.close()
        self.machines.close()

    def run(self, steps: int) -> None:
        """Lets things happen, then calms the network and checks that all is well."""
        for _ in range(steps):
            self._step()
        self.settle()

    def _step(self) -> None:
        if self.chance.random() < 0.6:
            self._at_a_pc()
        else:
            self._elsewhere()

    def _at_a_pc(self) -> None:
        pc = self.chance.choice([*self.pcs.values()])
        (act,) = self.chance.choices([*_AT_A_PC], [*_AT_A_PC.values()])
        self.trace.append(f"{pc.name}: {act}")
        self.did[act] += 1
        try:
            self._do_at(pc, act)
        except KilledError:
            self.did["killed"] += 1
            self.trace.append(f"{pc.name}: killed")
            pc.start()
        except SwitchboardError as refusal:
            self._note_refusal(pc, refusal)
        self._check(pc)

    def _note_refusal(self, pc: Pc, refusal: SwitchboardError) -> None:
        assert "\n" not in str(refusal), f"not one line: {refusal}"
        self.trace.append(f"{pc.name}: {type(refusal).__name__}: {refusal}")

    def _do_at(self, pc: Pc, act: str) -> None:
        number = len(self.trace)
        match act:
            case "sync":
                pc.replica.sync()
            case "follow":
                pc.follow()
            case "send":
                pc.sender.send()
            case "ticket":
                text = f"几点来电{number}"
                pc.entered[pc.entering.ticket("enquiry", text).key] = act, text
            case "area":
                key, text = self.chance.choice(["A1", "A2"]), f"村{number}"
                pc.entered[pc.entering.area(key, {"name": text}).key] = act, text
            case "outage":
                text, now = f"倒杆{number}", pc.replica.clock.now()
                place = Place("feeder", self.chance.choice(["F1", "F2", "F3"]))
                entry = pc.entering.add_outage("fault", now, now.replace(year=now.year + 1), text, [place])
                pc.entered[entry.key] = act, text
            case "restart":
                pc.start()
            case _:
                begin_shift(self.machines.store, pc.home)

    def _elsewhere(self) -> None:
        """Something that is no PC's doing; also in the middle of a PC's question."""
        acts = {
            "commit": 10,
            "clock": 3,
            "compact": 2,
            "hub restart": 2,
            "move": 2,
            "copy": 1,
            "put back": 1,
            "late": 2,
        }
        (act,) = self.chance.choices([*acts, "revoke"], [*acts.values(), 0.3])
        self.did[act] += 1
        self.trace.append(f"- {act}")
        match act:
            case "commit":
                self._commit()
            case "clock":
                self._move_a_clock()
            case "compact":
                hub = self.machines.hub().hub
                hub.retention.compact(hub.shelf.manifests())
            case "hub restart":
                self._restart(self.chance.randrange(len(self.machines.hubs)))
            case "move":
                self._move(self.chance.choice([*self.pcs.values()]))
            case "copy":
                self._copy()
            case "put back":
                self._put_back()
            case "late":
                self.network.deliver_late()
            case _:
                self._revoke(self.chance.choice([*self.pcs.values()]))

    def _commit(self) -> None:
        transaction = random_transaction(self.chance)
        with self.machines.store.write("test", "random") as writing:
            for act in transaction:
                act.on(writing)
                self._note(act)
        self._look()

    def _note(self, act: Put | Delete) -> None:
        if isinstance(act, Put):
            self.oracle.put(act.kind, act.doc)
        else:
            self.oracle.delete(act.kind, act.id)

    def _move_a_clock(self) -> None:
        clock = self.chance.choice([self.clock, self.clock, *(pc.clock for pc in self.pcs.values())])
        by = self.chance.choice([90.0, 1800.0, 13 * HOUR_S, 25 * HOUR_S, -90.0, -2 * HOUR_S, -24 * HOUR_S])
        if clock is self.clock and by > 0:
            for pc in self.pcs.values():
                pc.clock.pass_time(seconds=by)
        clock.pass_time(seconds=by)
        self.trace.append(f"  by {by:g} s")

    def _restart(self, number: int) -> None:
        ran = self.machines.end(number)
        if not ran or self.chance.random() > _STAYS_AWAY:
            self.machines.begin(number)

    def _move(self, pc: Pc) -> None:
        if not pc.revoked:
            pc.branches = self.chance.choice([*SCOPES])
            move_device(self.machines.store, pc.name, pc.branches, "test")
            self.trace.append(f"  {pc.name} to {pc.branches}")

    def _revoke(self, pc: Pc) -> None:
        if not pc.revoked and sum(one.revoked for one in self.pcs.values()) == 0:
            revoke_device(self.machines.store, pc.name, "test")
            pc.revoked = True
            self._copies.clear()  # one from before knows nothing of it

    def _copy(self) -> None:
        path = self._place / f"copy-{len(self.trace)}.db"
        self.machines.copy(path)
        self._copies.append((path, self.oracle.copy()))

    def _put_back(self) -> None:
        """An older store in place of the one that is there: by hand, or with a new epoch as `restore` gives it."""
        if not self._copies:
            return
        path, known = self.chance.choice(self._copies)
        answered = self.machines.answered_entries()
        self.machines.put_back(path)
        self.oracle.put_back(known, answered - self.machines.answered_entries())
        if self.chance.random() < 0.5:
            self.machines.begin_epoch(f"{self.chance.getrandbits(128):032x}")
            self.trace.append("  with a new epoch")
        for pc in self.pcs.values():  # whoever runs the hub sets this right again
            if not pc.revoked:
                move_device(self.machines.store, pc.name, pc.branches, "test")
        self._news, self._head = [], 0
        self._look()

    def _deliver(self, asked: Asked) -> Answered:
        """What a hub answers: any of them, as a proxy picks one."""
        for clock in (self.clock, *(pc.clock for pc in self.pcs.values())):
            clock.pass_time(seconds=1)
        there = self.machines.running()
        if not there:
            return Answered(502, {"Content-Type": "text/html"}, b"<html>bad gateway</html>")
        hub = self.chance.choice(there)
        if asked.path == "/events":
            some = [self.chance.choice(self._news) for _ in range(self.chance.randrange(4))] if self._news else []
            return hub.events(asked, some)
        answered = hub.answer(asked)
        pc = self.pcs[asked.pc]
        assert not pc.revoked or answered.status >= 400, f"{asked.target} was answered to a revoked device"
        self._look()
        return answered

    def _meanwhile(self) -> None:
        if self.network.rate and not self._busy and self.chance.random() < 0.1:
            self._busy = True
            self._elsewhere()
            self._busy = False

    def _look(self) -> None:
        """Takes notice of what has been committed since: by the world itself, or by an entry."""
        with self.machines.store.read() as connection:
            head, epoch = change_log.head(connection), change_log.epoch(connection)
            if head == self._head:
                return
            docs: dict[Key, Doc] = {(k, str(doc["id"])): doc for k in KINDS for doc in all_docs(connection, k)}
        entered = {text for pc in self.pcs.values() for _, text in pc.entered.values()} if self._head else set()
        self.oracle.adopt(docs, entered)
        self.oracle.committed((epoch, head))
        if self._head:
            self._news = [*self._news[-3:], news_since(self.machines.store, self._head)]
        self._head = head

    def _check(self, pc: Pc) -> None:
        """No cache ever shows anything that was not once committed, whole."""
        seen = pc.seen()
        if seen is not None:
            meta, docs = seen
            self.oracle.check_seen((meta["epoch"], int(meta["revision"])), _BUCKETS[meta["scope"]], docs)

    def settle(self) -> None:
        """The network is calm, and time passes: every cache is equal to the hub, every entry has its answer."""
        self.trace.append("- the network is calm")
        self.network.rate = 0.0
        self.network.late.clear()
        self.machines.close()  # who asked how often is of a process, and a bucket is empty when its clock was put back
        self.machines.start()
        for pc in self.pcs.values():
            pc.clock.at = self.clock.at
            pc.start()
        for pc in self.pcs.values():
            if not pc.revoked:
                self._send_all(pc)
        for pc in self.pcs.values():
            self._end(pc)
        self._check_entries()

    def _send_all(self, pc: Pc) -> None:
        self._synchronise(pc)  # it learns the hub's time
        begin_shift(self.machines.store, pc.home)
        assert pc.sender.send(), f"{pc.name}: entries wait: {[kept.to_json() for kept in pc.outbox.entries()]}"

    def _end(self, pc: Pc) -> None:
        if pc.revoked:
            self._check(pc)
            return
        self._synchronise(pc)
        seen = pc.seen()
        assert seen is not None
        with self.machines.store.read() as connection:
            now = change_log.epoch(connection), change_log.head(connection)
        assert (seen[0]["epoch"], int(seen[0]["revision"])) == now
        self.oracle.check_seen(now, SCOPES[pc.branches], seen[1])
        assert seen[1] == within(self.oracle.contents(), SCOPES[pc.branches])
        pc.check_whole()

    def _synchronise(self, pc: Pc) -> None:
        for _ in range(9):
            try:
                pc.replica.sync()
            except RefusedError:  # asked too often, or a proxy went to the hub without the file each time
                self.clock.pass_time(seconds=2)
            except DamagedError as alarm:  # a part is fetched again once a day
                self.did["waited a day"] += 1
                self.trace.append(f"{pc.name}: {alarm}")
                for clock in (self.clock, *(one.clock for one in self.pcs.values())):
                    clock.pass_time(hours=25)
            else:
                return
        raise AssertionError(f"{pc.name} does not come to itself")

    def _check_entries(self) -> None:
        """Each entry is applied once or not at all; not at all only if the PC shows why."""
        times = self._times_applied()
        for pc in self.pcs.values():
            kept = {one.entry.key: one for one in pc.outbox.entries()}
            assert pc.revoked or all(one.state != "waiting" for one in kept.values())
            for key, (kind, text) in pc.entered.items():
                said = self.oracle.known.acknowledged.get(key)
                assert times[text] <= 1, f"{kind} {text} was applied {times[text]} times"
                lost = key in self.oracle.lost_with_a_restore
                assert said != "applied" or times[text] == 1 or lost, (
                    f"{kind} {text} was acknowledged, and is not there"
                )
                assert said or key in kept or lost, f"{kind} {text} was lost"
                self.did[f"entries {said or ('waiting' if key in kept else 'lost with a restore')}"] += 1

    def _times_applied(self) -> Counter[str]:
        with self.machines.store.read() as connection:
            texts = connection.exec_driver_sql("SELECT text FROM ticket").scalars()
            return Counter(texts) + self.oracle.known.applied

    def _pc(self, name: str, template: Path) -> Pc:
        path = self._place / name
        shutil.copytree(template / name, path)
        clock = SetClock()
        clock.pass_time(seconds=self.chance.choice([0, 0, -400, 3000, -86000]))

        def told(key: str, outcome: object) -> None:
            self.oracle.known.acknowledged[key] = str(getattr(outcome, "status", ""))

        pc = Pc(name, path, clock, told)
        begin_shift(self.machines.store, pc.home)
        return pc
