"""A small, safe language for metrics: names of counts, numbers, `+ - * /` and parentheses, on exact decimals.

    sum     = product { ("+" | "-") product }
    product = factor { ("*" | "/") factor }
    factor  = "-" factor | NUMBER | NAME | "(" sum ")"

Nothing else is a formula: no calls, no attributes, no powers, no text. What a formula may cost is bounded by its
length and by how deep its parentheses go.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from operator import add, mul, sub

from data.errors import DataError

MAX_LENGTH = 500
MAX_DEPTH = 30

_TOKEN = re.compile(r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<name>[a-z][a-z0-9_]*)|(?P<sign>[-+*/()]))", re.ASCII)
_END = ""

Value = Decimal | None
"""None: there is no value, because something was divided by zero or a count is not known."""


class FormulaError(DataError):
    """A formula that is not in the language, or names a count that is not there."""


def _divide(left: Decimal, right: Decimal) -> Value:
    return left / right if right else None


_OPERATIONS: Mapping[str, Callable[[Decimal, Decimal], Value]] = {"+": add, "-": sub, "*": mul, "/": _divide}


@dataclass(frozen=True, slots=True)
class Number:
    """A constant."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Name:
    """A count, by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Operation:
    """Two values and what is done with them; `-x` is `0 - x`."""

    sign: str
    left: "Expression"
    right: "Expression"


Expression = Number | Name | Operation


def parse(text: str) -> Expression:
    """The formula that `text` writes down.

    Raises:
        FormulaError: it is not in the language; the message says what stands where (characters count from 1).
    """
    if len(text) > MAX_LENGTH:
        raise FormulaError(f"a formula has at most {MAX_LENGTH} characters, this one has {len(text)}")
    parser = _Parser(text)
    expression = parser.sum()
    if parser.ahead != _END:
        raise parser.unexpected()
    return expression


def names(expression: Expression) -> frozenset[str]:
    """The counts that a formula needs."""
    match expression:
        case Name(name):
            return frozenset({name})
        case Operation(_, left, right):
            return names(left) | names(right)
        case Number():
            return frozenset()


def evaluate(expression: Expression, counts: Mapping[str, Value]) -> Value:
    """The formula's value; None where a division by zero or an unknown count makes it have none.

    Raises:
        FormulaError: it names a count that `counts` does not have.
    """
    match expression:
        case Number(value):
            return value
        case Name(name):
            if name not in counts:
                raise FormulaError(f"no count is called {name!r}; there are {', '.join(sorted(counts))}")
            return counts[name]
        case Operation(sign, left, right):
            values = evaluate(left, counts), evaluate(right, counts)
            return None if values[0] is None or values[1] is None else _OPERATIONS[sign](values[0], values[1])


class _Parser:
    """Reads a formula once from left to right, always knowing one token ahead."""

    def __init__(self, text: str) -> None:
        self._text = text.rstrip()
        self._position = 0
        self._depth = 0
        self.kind: str | None = None
        self.ahead = _END
        self._advance()

    def sum(self) -> Expression:
        left = self._product()
        while self.ahead in {"+", "-"}:
            left = Operation(self._taken(), left, self._product())
        return left

    def unexpected(self) -> FormulaError:
        what = f"{self.ahead!r}" if self.ahead else "the end"
        return FormulaError(f"{self._text!r}: {what} at character {self._position - len(self.ahead) + 1} does not fit")

    def _product(self) -> Expression:
        left = self._factor()
        while self.ahead in {"*", "/"}:
            left = Operation(self._taken(), left, self._factor())
        return left

    def _factor(self) -> Expression:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise FormulaError(f"{self._text!r}: more than {MAX_DEPTH} parentheses or signs inside each other")
        factor = self._nested() if self.kind == "sign" else self._leaf()
        self._depth -= 1
        return factor

    def _nested(self) -> Expression:
        if self.ahead == "-":
            self._advance()
            return Operation("-", Number(Decimal(0)), self._factor())
        if self.ahead != "(":
            raise self.unexpected()
        self._advance()
        inner = self.sum()
        if self.ahead != ")":
            raise self.unexpected()
        self._advance()
        return inner

    def _leaf(self) -> Expression:
        match self.kind:
            case "number":
                return Number(Decimal(self._taken()))
            case "name":
                return Name(self._taken())
        raise self.unexpected()

    def _taken(self) -> str:
        token = self.ahead
        self._advance()
        return token

    def _advance(self) -> None:
        if self._position == len(self._text):
            self.kind, self.ahead = None, _END
            return
        match = _TOKEN.match(self._text, self._position)
        if match is None:
            raise FormulaError(f"{self._text!r}: character {self._position + 1} does not belong in a formula")
        self._position = match.end()
        self.kind, self.ahead = match.lastgroup, match[match.lastgroup or 0]
