"""What is typed into pages: texts and numbers, each with how much of it is taken."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Form, Query, Request
from starlette.datastructures import FormData

from data.outages.timetable import SHANGHAI

FURTHEST = 1_000_000
"""So many rows may be left out at the most."""

Asked = Annotated[str, Query(max_length=200)]
"""A text in an address: a filter, never a name that somebody typed."""

AskedAfter = Annotated[int, Query(ge=0, le=FURTHEST)]
"""How many rows an address leaves out."""

Line = Annotated[str, Form(max_length=200)]
"""A text in a form's field."""

After = Annotated[int, Form(ge=0, le=FURTHEST)]
"""How many rows a form leaves out."""


def as_typed(moment: datetime) -> str:
    """A moment as a `datetime-local` field holds it: to the minute, in Asia/Shanghai."""
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}"


async def _form_of(request: Request) -> FormData:
    """Read where requests arrive, while what is done with it waits for the store elsewhere."""
    return await request.form()


Fields = Annotated[FormData, Depends(_form_of)]
"""A form whose fields depend on the data; empty for a body that is no form."""
