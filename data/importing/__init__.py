"""Reading files of records: a file becomes rows, rows become what may be stored and what must be refused.

`open_table` reads the file, `match_columns` says what its columns mean, `plan_import` decides about every row (an
`ImportPlan` lot by lot), `Spool` keeps what is to be done, and `write_error_workbook` hands the refused rows back.
Nothing here writes to a store.
"""

from data.importing.columns import IMPORTABLE, Columns, match_columns, read_mapping
from data.importing.outcomes import Accepted, Problem, Rejected
from data.importing.plan import ImportOptions, ImportPlan, plan_import
from data.importing.reading import Row, Table, open_table
from data.importing.references import RecordSource, References
from data.importing.rejects import write_error_workbook
from data.importing.spool import Lot, Spool, lot_of

__all__ = [
    "IMPORTABLE",
    "Accepted",
    "Columns",
    "ImportOptions",
    "ImportPlan",
    "Lot",
    "Problem",
    "RecordSource",
    "References",
    "Rejected",
    "Row",
    "Spool",
    "Table",
    "lot_of",
    "match_columns",
    "open_table",
    "plan_import",
    "read_mapping",
    "write_error_workbook",
]
