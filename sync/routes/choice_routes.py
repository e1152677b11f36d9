"""What devices tell of the records that were chosen: counts, without anybody's name."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from data.team_choices import TeamChoice, count_batch
from sync.auth import Device
from sync.hub.asking import DeviceWho
from sync.hub.hub import Hub
from sync.outbox.choices import MOST_COUNTED, MOST_IN_A_BATCH


class ChoiceRequest(BaseModel):
    """A record that was chosen for a query; customers are not among the kinds, for their names are personal."""

    model_config = ConfigDict(extra="forbid")

    query: str = Field(min_length=2, max_length=48)
    kind: Literal["area", "feeder", "transformer_area"]
    id: str = Field(max_length=200)
    count: int = Field(ge=1, le=MOST_COUNTED)


class ChoicesRequest(BaseModel):
    """A batch; its key is the same at every try."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(min_length=16, max_length=64)
    choices: list[ChoiceRequest] = Field(max_length=MOST_IN_A_BATCH)


def choice_router(hub: Hub) -> APIRouter:
    """The route for choices."""
    router = APIRouter(tags=["choices"])

    Teller = Annotated[Device, Depends(DeviceWho(hub.store, "tell_choices"))]

    @router.post("/choices")
    def choices(device: Teller, batch: ChoicesRequest) -> dict[str, bool]:
        told = [TeamChoice(one.query, one.kind, one.id, one.count) for one in batch.choices]
        # The commit log is for good: it must not say which device chose.
        with hub.store.write("devices", "count choices") as writing:
            counted = count_batch(writing, device.id, batch.key, told)
        hub.stream.look_now()
        return {"counted": counted}

    return router
