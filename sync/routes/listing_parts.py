"""How the lists of the interface are read in parts: `?after=&limit=`."""

from typing import Annotated

from fastapi import Query

After = Annotated[int, Query(ge=0, le=1_000_000, description="Leaves out so many of the first.")]
Limit = Annotated[int, Query(ge=1, le=500, description="At most so many.")]
