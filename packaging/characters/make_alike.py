"""Writes data/characters/alike.txt: `make_alike.py UNIHAN_FOLDER CJK_DECOMP FONT PLACES_CSV SIMPLIFIED OUTPUT`.

For every standard character, and every other one in the names of `PLACES_CSV` (column `name`), the twelve most like it.
Eight by shape: shared components, rare ones weighing more, on the same side above all; the overlap of their images;
four-corner codes; strokes. Then four that share the radical or components and the number of strokes, as characters that
are confused in writing do. Among equals, those that occur in names of places go first.

Needs the packages `numpy`, `scipy` and `pillow`.
"""

import csv
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from decomposition import Decomposition
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from scipy import sparse
from unihan import read_fields

MOST_ALIKE, BY_SHAPE = 12, 8
_LEVEL_1, _LEVEL_2 = 3500, 6500
"""Last numbers of the levels of the Table of General Standard Chinese Characters: common, less common, rare."""
_SIMPLIFIED_CHINESE = 2
"""The face of that script in the Noto Sans CJK collection."""
_DRAWN, _MARGIN, _BLUR, _SEEN = 48, 4, 1.5, 24
_MOST_REPEATS = 3
_CORNER, _FIFTH_CORNER, _CORNERS_OF_ALL = 0.225, 0.1, 4
_CHUNK = 500

# Weights were chosen by eye and by two lists of look-alikes that are not part of the data; SOURCE.md has the figures.
_COMPONENTS, _PLACED, _IMAGES, _CORNERS = 1.5, 0.25, 1.5, 0.2
_MOST_STROKES_APART, _STROKES_APART = 6, 0.4
_RARE = (0.0, 0.1, 0.25)
_IN_PLACES, _OFTEN_IN_PLACES = 0.25, 0.2
_SAME_RADICAL, _FEW_COMPONENTS, _STROKE_APART = 0.6, 1.3, 0.3
_WRITTEN_AT_ALL, _WRITTEN_OFTEN = 0.5, 0.3

Matrix = np.ndarray
"""Square, of float32: a row and a column for each character."""


def component_likeness(bags: Sequence[Counter], strokes: Sequence[dict]) -> Matrix:
    """Cosine of bags of components; one weighs as the root of its strokes, times how few characters have it."""
    columns: dict[object, int] = {}
    rows, at, weights = [], [], []
    for row, bag in enumerate(bags):
        for part, times in bag.items():
            rows.append(row)
            at.append(columns.setdefault(part, len(columns)))
            weights.append(strokes[row][part] ** 0.5 * min(times, _MOST_REPEATS))
    shape = (len(bags), len(columns))
    matrix = sparse.csr_matrix((weights, (rows, at)), shape=shape, dtype=np.float32)
    rarity = np.log(len(bags) / np.bincount(at, minlength=len(columns)))
    matrix = (matrix @ sparse.diags(rarity)).tocsr()
    length = np.sqrt(matrix.multiply(matrix).sum(axis=1)).A1
    matrix = (sparse.diags(1 / np.where(length, length, 1)) @ matrix).astype(np.float32)
    return (matrix @ matrix.T).toarray()


def image_likeness(characters: Iterable[str], font: Path) -> Matrix:
    """Correlation of blurred pictures."""
    face = ImageFont.truetype(str(font), _DRAWN, index=_SIMPLIFIED_CHINESE)
    pictures = np.array([_picture(character, face) for character in characters], dtype=np.float32)
    pictures -= pictures.mean(axis=1, keepdims=True)
    pictures /= np.linalg.norm(pictures, axis=1, keepdims=True) + 1e-6
    return pictures @ pictures.T


def _picture(character: str, face: ImageFont.FreeTypeFont) -> Matrix:
    side = _DRAWN + 2 * _MARGIN
    picture = Image.new("L", (side, side))
    ImageDraw.Draw(picture).text((_MARGIN, -_MARGIN), character, font=face, fill=255)
    picture = picture.filter(ImageFilter.GaussianBlur(_BLUR))
    return np.asarray(picture.resize((_SEEN, _SEEN), Image.Resampling.BILINEAR), dtype=np.float32).ravel()


def corner_likeness(codes: Sequence[str]) -> Matrix:
    """The share of equal digits of the four-corner codes; 0 where one has none."""
    rows = enumerate(codes)
    digits = np.array([[int(one) for one in code.ljust(5, "0")] if code else [-1 - row] * 5 for row, code in rows])
    likeness = np.zeros((len(codes), len(codes)), np.float32)
    for corner in range(5):
        equal = digits[:, corner][:, None] == digits[:, corner][None, :]
        likeness += equal * np.float32(_CORNER if corner < _CORNERS_OF_ALL else _FIFTH_CORNER)
    return likeness


def read_places(path: Path) -> Counter[str]:
    """How often each Chinese character occurs in the names of the file."""
    with path.open(encoding="utf-8", newline="") as file:
        text = "".join(row["name"] for row in csv.DictReader(file))
    return Counter(one for one in text if "\u4e00" <= one <= "\u9fff")


def best_first(matrix: Matrix) -> Iterable[np.ndarray]:
    """For each row the columns, the highest first."""
    for start in range(0, len(matrix), _CHUNK):
        yield from np.argsort(-matrix[start : start + _CHUNK], axis=1, kind="stable")


def chosen(shapes: Matrix, writing: Matrix, characters: Sequence[str]) -> Iterable[str]:
    """Each character followed by those alike."""
    for row, (by_shape, by_writing) in enumerate(zip(best_first(shapes), best_first(writing), strict=True)):
        first = list(by_shape[:BY_SHAPE])
        rest = [at for at in by_writing[: 2 * MOST_ALIKE] if at not in first]
        yield characters[row] + "".join(characters[at] for at in [*first, *rest][:MOST_ALIKE])


class Features:
    """What two characters are compared by; each likeness is a matrix over all `characters`."""

    def __init__(self, characters: Sequence[str], fields: dict[str, dict[str, str]], decomposed: Path) -> None:
        counted = {one: int(count.split()[0]) for one, count in fields["kTotalStrokes"].items()}
        self._decomposition = Decomposition(decomposed, counted)
        self._characters = characters
        self._fields = fields
        self._strokes = np.array([counted[one] for one in characters], np.float32)

    def components(self) -> Matrix:
        """By what is inside them, wherever it stands."""
        bags = [self._decomposition.components(one) for one in self._characters]
        return component_likeness(bags, [{part: self._decomposition.strokes(part) for part in bag} for bag in bags])

    def placed_components(self) -> Matrix:
        """By what is inside them on the same side."""
        bags = [self._decomposition.placed_components(one) for one in self._characters]
        return component_likeness(bags, [{part: self._decomposition.strokes(part[2]) for part in bag} for bag in bags])

    def corners(self) -> Matrix:
        """By their four-corner codes."""
        codes = self._fields["kFourCornerCode"]
        return corner_likeness([codes.get(one, "").split(" ")[0].replace(".", "") for one in self._characters])

    def strokes_apart(self) -> Matrix:
        """The difference of their numbers of strokes."""
        return np.abs(self._strokes[:, None] - self._strokes[None, :])

    def same_radical(self) -> Matrix:
        """1 where the radical is the same, else 0."""
        radicals = [self._fields["kRSUnicode"][one].split(".")[0].strip("'") for one in self._characters]
        _, numbers = np.unique(radicals, return_inverse=True)
        return (numbers[:, None] == numbers[None, :]).astype(np.float32)


def main(unihan: str, decomposed: str, font: str, places_csv: str, simplified: str, output: str) -> None:
    """Compares every two characters."""
    fields = read_fields(Path(unihan), "kTGH", "kFourCornerCode", "kTotalStrokes", "kRSUnicode")
    standard = {one: int(place.split(":")[1]) for one, place in fields["kTGH"].items()}
    traditional = {one for line in Path(simplified).read_text(encoding="utf-8").splitlines() for one in line[1:]}
    places = read_places(Path(places_csv))
    characters = sorted(standard.keys() | (places.keys() - traditional))
    features = Features(characters, fields, Path(decomposed))
    components, images = features.components(), image_likeness(characters, Path(font))
    apart = features.strokes_apart()

    named = np.array([places[one] for one in characters], np.float32)
    often, at_all = np.log1p(named) / np.log1p(named.max()), (named > 0).astype(np.float32)
    level = [0 if one in places else sum(standard[one] > last for last in (_LEVEL_1, _LEVEL_2)) for one in characters]

    shapes = _COMPONENTS * components + _PLACED * features.placed_components()
    shapes += _IMAGES * images + _CORNERS * features.corners()
    shapes -= _STROKES_APART * np.minimum(apart, _MOST_STROKES_APART) / _MOST_STROKES_APART
    shapes += _OFTEN_IN_PLACES * often + _IN_PLACES * at_all - np.array(_RARE, np.float32)[level]

    writing = np.maximum(_SAME_RADICAL * features.same_radical(), np.minimum(_FEW_COMPONENTS * components, 1))
    writing -= _STROKE_APART * np.minimum(apart, _MOST_STROKES_APART / 2)
    writing += _IMAGES / 10 * images + _WRITTEN_OFTEN * often + _WRITTEN_AT_ALL * at_all

    for matrix in (shapes, writing):
        np.fill_diagonal(matrix, -np.inf)
    Path(output).write_text("".join(f"{line}\n" for line in chosen(shapes, writing, characters)), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
