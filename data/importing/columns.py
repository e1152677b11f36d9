"""Which column of a file is which field of a kind."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from data.errors import DataError
from data.fields import Field, FieldType, Kind
from data.importing.csv_rows import Row

IMPORTABLE = {
    "areas": "area",
    "branches": "branch",
    "feeders": "feeder",
    "transformer-areas": "transformer_area",
    "customers": "customer",
    "contacts": "contact",
}
"""What `switchboard import` takes, and the kind it is."""

AREA_SUPPLY = Field("transformer_areas", ("台区", "供电台区"), FieldType.REFS, "transformer_area")
"""A column of areas only: the areas of those transformer areas, told from the other side."""


def fields_of(kind: Kind) -> tuple[Field, ...]:
    """The fields for which a file of `kind` may have a column."""
    return (*kind.fields, AREA_SUPPLY) if kind.name == "area" else kind.fields


@dataclass(frozen=True, slots=True)
class Columns:
    """The meaning of a file's columns.

    Attributes:
        header: The headers as they stand in the file.
        fields: The field of each column, None for a column that is ignored.
    """

    kind: Kind
    header: tuple[str, ...]
    fields: tuple[Field | None, ...]

    @property
    def ignored(self) -> tuple[str, ...]:
        """The headers of the columns that mean nothing here."""
        return tuple(name for name, field in zip(self.header, self.fields, strict=True) if field is None and name)

    @property
    def warning(self) -> str | None:
        """One line that names the ignored columns, or None."""
        return f"ignored columns: {', '.join(self.ignored)}" if self.ignored else None

    def header_of(self, field: str) -> str:
        """The file's header for `field`; the field's own name if it has none."""
        for name, known in zip(self.header, self.fields, strict=True):
            if known is not None and known.name == field:
                return name
        return field

    def cells(self, row: Row) -> list[tuple[Field, str]]:
        """The row's texts with their fields; a row that ends early has empty cells."""
        padded = (*row.cells, *[""] * (len(self.fields) - len(row.cells)))
        return [(field, text) for field, text in zip(self.fields, padded, strict=False) if field is not None]


def match_columns(kind: Kind, header: Sequence[str], renames: Mapping[str, str] | None = None) -> Columns:
    """The meaning of a header: English names and Chinese terms, in any order, case and spacing; units in brackets.

    Args:
        kind: What the file holds.
        header: The texts of the file's first row.
        renames: Field names by header, as `read_mapping` reads them; they come before what a header means by itself.

    Raises:
        DataError: no header is known, two mean the same field, or the records' id is missing.
    """
    known = _known_headers(kind)
    known |= {_normal(theirs): known[_normal(ours)] for theirs, ours in (renames or {}).items()}
    fields = tuple(known.get(_normal(name)) for name in header)
    if not any(fields):
        wanted = ", ".join(field.name for field in fields_of(kind))
        raise DataError(f"no header row of {kind.label}: the first row has none of {wanted}")
    for field in fields_of(kind):
        named = [name for name, found in zip(header, fields, strict=True) if found == field]
        if len(named) > 1:
            raise DataError(f"the columns {' and '.join(named)} both mean {field.name}: keep one")
    if kind.fields[0] not in fields:
        accepted = " or ".join((kind.fields[0].name, *kind.fields[0].headers))
        raise DataError(f"the column {accepted} is missing: every {kind.label} needs it")
    return Columns(kind, tuple(header), fields)


def read_mapping(path: Path, kind: Kind) -> dict[str, str]:
    """Field names by header, from a TOML file of lines such as `"CONS_NO" = "id"`.

    A line may also stand the other way round (`id = "CONS_NO"`), and lines may stand in a table named as the import is
    (`[customers]`), so that one file serves several imports.

    Raises:
        DataError: the file cannot be read, or a line names no field of `kind`.
    """
    try:
        lines = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataError(f"{path}: not a mapping file: {error}") from error
    verb = next(verb for verb, name in IMPORTABLE.items() if name == kind.name)
    shared = {left: right for left, right in lines.items() if left not in IMPORTABLE}
    known = _known_headers(kind)
    mapping: dict[str, str] = {}
    for left, right in (shared | lines.get(verb, {})).items():
        if isinstance(right, str) and _normal(right) in known:
            mapping[left] = known[_normal(right)].name
        elif isinstance(right, str) and _normal(left) in known:
            mapping[right] = known[_normal(left)].name
        else:
            raise DataError(f"{path}: {left} = {right!r}: neither side is a field of {kind.label}")
    return mapping


def _known_headers(kind: Kind) -> dict[str, Field]:
    known: dict[str, Field] = {}
    for field in fields_of(kind):
        for name in (field.name, *field.headers):
            known.setdefault(_normal(name), field)
    return known


def _normal(header: str) -> str:
    """`header` without what varies from file to file: width, case, a required mark, a unit in brackets."""
    text = unicodedata.normalize("NFKC", header).casefold()
    text = re.sub(r"\(.*\)\s*$", "", text).strip(" *:\t\n")
    return re.sub(r"[\s_-]+", "_", text)
