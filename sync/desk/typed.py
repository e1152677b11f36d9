"""What pages are sent: texts and numbers, each with how much of it is taken."""

from typing import Annotated

from fastapi import Form, Query

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
