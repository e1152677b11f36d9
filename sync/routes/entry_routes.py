"""What people enter at their PCs, over HTTP: each entry by its key, applied once however often it comes."""

import logging
import secrets
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import InterfaceError, OperationalError

from data.entries.conflicts import settled_as
from data.entries.entries import FROM_ANYBODY, RIGHT_TO_ENTER, Entry, read_entry
from data.entries.ledger import Sender, find_entry, receive, refuse
from data.errors import SwitchboardError
from data.names.pinyin import readings_of
from data.rights import check
from sync.hub.asking import AtDevice, AtDeviceWho
from sync.hub.hub import Hub
from sync.outbox.sending import AT_ONCE
from sync.routes.entry_forms import Desk, act_of

LATER = "later"
"""Nothing has become of an entry yet: it is to be sent again."""

_WITHDRAWN = "withdrawn before it was applied 生效前已撤回"
_LOG = logging.getLogger(__name__)
_SIGN_IN = "waits until the person has signed in at this PC 等待本人登录后上报"


class EntriesRequest(BaseModel):
    """Entries as `data.entries.entries.Entry.to_json` writes them; each is looked at by itself."""

    model_config = ConfigDict(extra="forbid")

    entries: list[dict[str, Any]] = Field(min_length=1, max_length=AT_ONCE)


def entry_router(hub: Hub) -> APIRouter:
    """The routes for entries."""
    router = APIRouter(tags=["entries"])
    Asking = Annotated[AtDevice, Depends(AtDeviceWho(hub.store, "write_entries"))]

    @router.post("/entries")
    def entries(
        asking: Asking, request: EntriesRequest, idempotency_key: Annotated[str | None, Header()] = None
    ) -> Mapping[str, object]:
        if idempotency_key and len(request.entries) == 1:
            request.entries[0].setdefault("key", idempotency_key)
        answers = [_answer(hub, asking, told) for told in request.entries]
        hub.stream.look_now()
        return {"entries": answers}

    @router.get("/entries/{key}/conflict")
    def conflict(asking: Asking, key: str) -> Mapping[str, object]:
        with hub.store.read() as connection:
            entry = find_entry(connection, key)
            settled = settled_as(connection, key)
        if settled is None or entry is None or entry.device != asking.device.id:
            settled = "unknown"
        return {"key": key, "settled": settled}

    return router


def _answer(hub: Hub, asking: AtDevice, told: dict[str, Any]) -> Mapping[str, object]:
    """What became of one entry; whatever refuses it, or fails at it, does so to no other."""
    try:
        entry = read_entry(told)
        if told.get("withdrawn") is True:
            sender = Sender(asking.device.id, asking.actor)
            return {"key": entry.key, **refuse(hub.store, sender, entry, _WITHDRAWN).to_json()}
        return {"key": entry.key, **_received(hub, asking, entry)}
    except SwitchboardError as error:  # it cannot be remembered under a key, and is refused the same way every time
        return {"key": str(told.get("key")), "status": "refused", "record": "", "detail": str(error)}
    except (OperationalError, InterfaceError):
        raise  # the database is in trouble: the other entries would wait for it as long, one after the other
    except Exception:  # noqa: BLE001 - the last resort, as `sync.hub.guard` is for whole requests
        number = secrets.token_hex(4)
        _LOG.exception("failure %s in an entry", number)
        detail = f"an unexpected failure, number {number} in the hub's log 服务器出错，编号 {number}"
        return {"key": str(told.get("key")), "status": LATER, "record": "", "detail": detail}


def _received(hub: Hub, asking: AtDevice, entry: Entry) -> Mapping[str, object]:
    person = asking.person
    if person is None and entry.kind not in FROM_ANYBODY:
        return {"status": LATER, "record": "", "detail": _SIGN_IN}
    sender = Sender(asking.device.id, asking.actor)
    desk = Desk(
        sender=sender,
        by=person.name if person else "",
        branches=person.branches if person else (),
        phones=hub.store.phones,
        readings_of=readings_of,
    )
    try:
        if person is not None:
            check(person.role, RIGHT_TO_ENTER[entry.kind])
        act = act_of(entry, desk)
    except SwitchboardError as error:
        return refuse(hub.store, sender, entry, str(error)).to_json()
    return receive(hub.store, sender, entry, act).to_json()
