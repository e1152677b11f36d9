"""Numbers that people read out: the day in the service centre's zone, and a count of that day."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from data.outages.timetable import SHANGHAI


def next_number(connection: Connection, column: ColumnElement[Any], letters: str, now: datetime, digits: int) -> str:
    """The number after the last one of today, such as `GD20261122-0007`; the first of a day is 1.

    Args:
        connection: That of a writer: nobody else gives a number meanwhile.
        column: Where the numbers stand.
        letters: What they begin with, before the day.
        now: The moment whose local day it is.
        digits: How many the count has at least.
    """
    prefix = f"{letters}{now.astimezone(SHANGHAI):%Y%m%d}-"
    longest_first = func.length(column).desc(), column.desc()
    wanted = select(column).where(column.startswith(prefix)).order_by(*longest_first).limit(1)
    last = connection.execute(wanted).scalar()
    return f"{prefix}{int(last.removeprefix(prefix)) + 1 if last else 1:0{digits}}"
