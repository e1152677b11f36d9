"""Reading a central system: one transaction that cannot write, and rows that stream."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, Select, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from sync.central import row_digest
from sync.central.cell_texts import cell_text
from sync.central.copy_rows import can_copy, copied_columns, in_one_row
from sync.central.cursors import time_in_text
from sync.central.errors import SourceError
from sync.central.lots import Lot, Texts
from sync.central.mapping import Feed
from sync.central.statements import FeedStatement

_ANSWER_WITHIN_S = 20
_FEW_BLOCKS = row_digest.BLOCKS // 8
"""More blocks than these are not named in the question: everything is read, and what is not wanted passed over."""

_AT_CONNECT = {
    "mysql": ("SET SESSION TRANSACTION READ ONLY", "SET SESSION group_concat_max_len = 1000000"),
    "mariadb": ("SET SESSION TRANSACTION READ ONLY", "SET SESSION group_concat_max_len = 1000000"),
    # compiling a question that is asked once takes longer than it saves; and a table is to be read from its beginning,
    # not from where another reader is or was ended: rows in order need no memory to be told apart
    "postgresql": ("SET default_transaction_read_only = on", "SET jit = off", "SET synchronize_seqscans = off"),
    "sqlite": ("PRAGMA query_only = ON",),
}
_TO_SUM = ("enable_sort = off", "parallel_setup_cost = 0", "parallel_tuple_cost = 0")
"""How PostgreSQL is to plan sums of blocks: it expects as many blocks as rows, and would sort all rows on disk. So it
adds them up in memory, by its usual number of workers. Not for rows themselves: workers give them in no order."""
_AT_BEGIN = {"oracle": "SET TRANSACTION READ ONLY", "sqlite": "BEGIN"}
_SNAPSHOT = {"postgresql": "REPEATABLE READ", "mysql": "REPEATABLE READ", "mariadb": "REPEATABLE READ"}
_CONNECT_LIMIT = {"psycopg": "connect_timeout", "pymysql": "connect_timeout", "psycopg2": "connect_timeout"}


class SourceReader:
    """One read-only transaction on a central system.

    Args:
        connection: In a transaction.
        together: So many rows come as one lot, but for the last.
    """

    def __init__(self, connection: Connection, together: int) -> None:
        self._connection = connection
        self._together = together

    @property
    def digests(self) -> bool:
        """Whether the source itself can say which blocks have changed."""
        return row_digest.can_digest(self._connection.dialect)

    @property
    def method(self) -> str:
        """How rows are digested and put into blocks; what is known by another method must be read anew."""
        return row_digest.method(self._connection.dialect)

    def newest(self, feed: Feed) -> Any:  # noqa: ANN401 - of whatever type the column is
        """The greatest value of the feed's cursor; None in an empty table."""
        newest = self._connection.execute(FeedStatement(feed).newest()).scalar_one_or_none()
        return time_in_text(newest) if self._connection.dialect.name == "sqlite" else newest

    def sums(self, feed: Feed) -> dict[int, tuple[int, int]]:
        """Number of rows and sum of digests, modulo `row_digest.SUM_MODULUS`, of each block that has rows."""
        question = FeedStatement(feed).sums(self._connection.dialect)
        with self._planned_for_sums():
            return self._sums(question)

    def _sums(self, question: Select[Any]) -> dict[int, tuple[int, int]]:
        found: dict[int, tuple[int, int]] = {}
        for columns in self._columns(in_one_row(question) if can_copy(self._connection) else question):
            blocks, rows, sums = (map(int, " ".join(column).split()) for column in columns)
            held = zip(rows, [one % row_digest.SUM_MODULUS for one in sums], strict=True)
            found.update(zip(blocks, held, strict=True))
        return found

    def lots(self, feed: Feed, blocks: Collection[int] | None = None, since: object = None) -> Iterator[Lot]:
        """The feed's rows, streamed.

        Args:
            feed: One whose records have ids.
            blocks: Only these; None: all.
            since: Only rows whose cursor is at least this; None: all.
        """
        statement = FeedStatement(feed)
        if not self.digests:
            for columns in self._columns(statement.since(since)):
                found = [row_digest.block_of(key) for key in columns[0]]
                yield Lot(found, [row_digest.digest_of(cells) for cells in zip(*columns, strict=True)], columns)
            return
        asked = blocks if blocks is not None and len(blocks) <= _FEW_BLOCKS else None
        question = statement.digested_rows(self._connection.dialect, asked, since)
        for numbers, digests, *cells in self._columns(question):
            lot = Lot(list(map(int, numbers)), [int(one) % row_digest.SUM_MODULUS for one in digests], cells)
            if blocks is None or asked is not None:
                yield lot
            elif left := [row for row in lot.rows() if row.block in blocks]:
                yield Lot.of(left)

    def events(self, feed: Feed, since: object = None) -> Iterator[Lot]:
        """The rows of a feed of call events, in their order, streamed."""
        return map(Lot.alone, self._columns(FeedStatement(feed).since(since)))

    @contextmanager
    def _planned_for_sums(self) -> Iterator[None]:
        if self._connection.dialect.name != "postgresql":
            yield
            return
        self._connection.exec_driver_sql("; ".join(f"SET LOCAL {setting}" for setting in _TO_SUM))
        yield
        usual = (f"SET LOCAL {setting.split()[0]} TO DEFAULT" for setting in _TO_SUM)
        self._connection.exec_driver_sql("; ".join(usual))

    def _columns(self, statement: Any) -> Iterator[Sequence[Texts]]:  # noqa: ANN401 - a SELECT of any columns
        if can_copy(self._connection):
            yield from copied_columns(self._connection, statement, self._together)
            return
        options = {"stream_results": True, "yield_per": self._together}
        for rows in self._connection.execute(statement, execution_options=options).partitions():
            yield [list(map(cell_text, column)) for column in zip(*rows, strict=True)]


@contextmanager
def reading(url: URL, together: int) -> Iterator[SourceReader]:
    """A reader of the central system at `url`, seeing one moment of it where the source can.

    Args:
        url: With its password.
        together: So many rows come as one lot.

    Raises:
        SourceError: it does not answer, or refuses a question; the message holds no password.
    """
    try:
        engine = _engine(url)
        level = _SNAPSHOT.get(engine.dialect.name)
        options: dict[str, Any] = {"isolation_level": level} if level else {}
        with engine.connect().execution_options(**options) as connection, connection.begin() as transaction:
            yield SourceReader(connection, together)
            transaction.rollback()
    except NoSuchModuleError as error:
        raise SourceError(f"{url.drivername}: there is no such kind of database: {error}") from None
    except ModuleNotFoundError as error:
        raise SourceError(f"{url.drivername}: its driver is not installed ({error.name}): pip install it") from None
    except (SQLAlchemyError, _driver_error(url)) as error:
        raise SourceError(f"{_shown(url)}: {_reason(error, url)}") from None


def _engine(url: URL) -> Engine:
    limit = _CONNECT_LIMIT.get(url.get_driver_name())
    engine = create_engine(
        url, poolclass=NullPool, connect_args={limit: _ANSWER_WITHIN_S} if limit else {}, hide_parameters=True
    )
    at_connect, at_begin = _AT_CONNECT.get(engine.dialect.name, ()), _AT_BEGIN.get(engine.dialect.name)

    @event.listens_for(engine, "connect")
    def settle(connection: Any, _record: object) -> None:  # noqa: ANN401 - of whatever driver
        cursor = connection.cursor()
        for statement in at_connect:
            cursor.execute(statement)
        cursor.close()
        connection.commit()

    if at_begin:

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            connection.exec_driver_sql(at_begin)

    return engine


def _driver_error(url: URL) -> type[Exception]:
    """What the driver raises outside SQLAlchemy's hands."""
    if url.get_driver_name() != "psycopg":
        return SQLAlchemyError
    import psycopg  # noqa: PLC0415 - only where it is used

    return psycopg.Error


def _shown(url: URL) -> str:
    return f"{url.get_backend_name()} {url.host or ''}/{url.database or ''}"


def _reason(error: Exception, url: URL) -> str:
    said = " ".join(str(getattr(error, "orig", None) or error).split())
    return said.replace(str(url.password), "***") if url.password else said
