"""The chain of audit entries: each one's hash covers the hash before it, so that none can be changed alone.

Checkpoints are entries' numbers and hashes that somebody keeps elsewhere: what lies before one cannot be changed at
all without being found.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from data.fields import canonical_json

NO_HASH = "0" * 64
"""What stands for the hash before the first entry."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One act.

    Attributes:
        number: 1 for the first one, without gaps.
        at: When, ISO 8601 in UTC.
        actor: Who, such as `person:wang`, `device:12` or `os:root`.
        act: What, in a word.
        about: To what or whom.
        hash: Of the entry and all before it, 64 hexadecimal digits.
    """

    number: int
    at: str
    actor: str
    act: str
    about: str
    hash: str


@dataclass(frozen=True, slots=True)
class Link:
    """Where a chain stands: the number and the hash of its last entry."""

    number: int = 0
    hash: str = NO_HASH


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong with a chain.

    Attributes:
        number: The first entry that is not as it was written.
        what: What is wrong, in a sentence.
    """

    number: int
    what: str


def entry_after(last: Link, at: str, actor: str, act: str, about: str) -> Entry:
    """The entry that follows `last` in its chain."""
    number = last.number + 1
    return Entry(number, at, actor, act, about, _hash(last.hash, number, at, actor, act, about))


def link_of(entry: Entry) -> Link:
    """Where a chain stands that ends with `entry`."""
    return Link(entry.number, entry.hash)


def check_chain(entries: Iterable[Entry], start: Link, checkpoints: Iterable[Link]) -> Iterator[Finding]:
    """What is wrong with a chain: every edit, removal, change of order and, before a checkpoint, truncation.

    Args:
        entries: All entries after `start`, by number.
        start: Where the chain begins: `Link()`, or where earlier entries were taken away.
        checkpoints: Places of the chain, kept where nobody could change them; those before `start` say nothing.

    Returns:
        The findings; none where the chain is whole. Entries that were written anew, with hashes to match, are found by
        the first checkpoint behind them: the finding's number is then the first that it may be.
    """
    kept = _by_number(checkpoints)
    last, sure = start, start.number
    if kept.get(start.number, {start.hash}) != {start.hash}:
        yield Finding(start.number, f"entry {start.number}, before the first, is not that of the checkpoint")
    for entry in entries:
        if entry.number > last.number + 1:
            yield Finding(last.number + 1, _missing(last.number + 1, entry.number - 1))
        elif entry.hash != _hash(last.hash, entry.number, entry.at, entry.actor, entry.act, entry.about):
            yield Finding(entry.number, f"entry {entry.number} was changed, or does not follow the one before it")
        last = link_of(entry)
        if last.number in kept:
            if kept[last.number] != {last.hash}:
                yield Finding(sure + 1, f"entries {sure + 1} to {last.number} are not those of the checkpoint")
            sure = last.number
    end = max(kept, default=0)
    if end > last.number:
        yield Finding(last.number + 1, _missing(last.number + 1, end))


def _by_number(checkpoints: Iterable[Link]) -> dict[int, set[str]]:
    kept: dict[int, set[str]] = {}
    for one in checkpoints:
        kept.setdefault(one.number, set()).add(one.hash)
    return kept


def _missing(first: int, last: int) -> str:
    return f"entry {first} is missing" if first == last else f"entries {first} to {last} are missing"


def _hash(before: str, number: int, at: str, actor: str, act: str, about: str) -> str:
    content = canonical_json([number, at, actor, act, about])
    return sha256(f"{before}{content}".encode("utf-8", "surrogatepass")).hexdigest()
