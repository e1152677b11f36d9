"""Reading files of records: a file becomes rows, rows become what may be stored and what must be refused.

`open_table` reads the file, `match_columns` says what its columns mean, `plan_import` decides about every row, `Spool`
keeps what is to be done, and `write_error_workbook` hands the refused rows back. Nothing here writes to a store.
"""

from data.importing.columns import IMPORTABLE, Columns, match_columns, read_mapping
from data.importing.outcomes import Accepted, Problem, Rejected
from data.importing.plan import ImportOptions, plan_import
from data.importing.reading import Row, Table, open_table
from data.importing.references import RecordSource
from data.importing.rejects import write_error_workbook
from data.importing.spool import Spool

__all__ = [
    "IMPORTABLE",
    "Accepted",
    "Columns",
    "ImportOptions",
    "Problem",
    "RecordSource",
    "Rejected",
    "Row",
    "Spool",
    "Table",
    "match_columns",
    "open_table",
    "plan_import",
    "read_mapping",
    "write_error_workbook",
]
