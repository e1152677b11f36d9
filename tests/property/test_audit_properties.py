"""Whatever is done to the entries, the check finds it, and names the first entry that is not as it was."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from data.store.audit_chain import Entry, Link, check_chain, entry_after, link_of

Act = tuple[str, str, str, str]

TEXTS = st.text(max_size=6) | st.sampled_from(["", "座席1", '","', "1", "\x00", "\ud800"])
ACTS = st.tuples(st.just("2026-11-22T04:00:00Z"), TEXTS, TEXTS, TEXTS)
FIELDS = st.sampled_from(["at", "actor", "act", "about", "hash"])


def chain_of(acts: list[Act], start: Link | None = None) -> list[Entry]:
    entries, last = list[Entry](), start or Link()
    for act in acts:
        entries.append(entry_after(last, *act))
        last = link_of(entries[-1])
    return entries


def first_difference(before: list[Entry], after: list[Entry]) -> int | None:
    """The oracle: the number of the first entry that is not what it was; None where none is, up to the longer's end."""
    for index, entry in enumerate(before):
        if index >= len(after) or after[index] != entry:
            return entry.number
    return before[-1].number + 1 if len(after) > len(before) else None


def renumbered(entries: list[Entry]) -> list[Entry]:
    return [replace(entry, number=number) for number, entry in enumerate(entries, entries[0].number)] if entries else []


@st.composite
def tampered(draw: st.DrawFn) -> tuple[list[Entry], list[Entry]]:
    """A chain, and the same after somebody edited, removed, moved and made up entries; hashes are not made to match."""
    entries = chain_of(draw(st.lists(ACTS, min_size=1, max_size=12)))
    after = list(entries)
    for _ in range(draw(st.integers(0, 3))):
        if not after:
            break
        here = draw(st.integers(0, len(after) - 1))
        match draw(st.sampled_from(["edit", "remove", "remove, renumber", "move", "make up", "truncate"])):
            case "edit":
                changes: dict[str, Any] = {draw(FIELDS): draw(TEXTS)}
                after[here] = replace(after[here], **changes)
            case "remove":
                del after[here]
            case "remove, renumber":
                del after[here]
                after = renumbered(after)
            case "move":
                after.insert(draw(st.integers(0, len(after) - 1)), after.pop(here))
                after = renumbered(after)
            case "make up":
                after.insert(here, replace(after[here], actor=draw(TEXTS), hash=draw(TEXTS)))
                after = renumbered(after)
            case _:
                del after[here:]
    return entries, after


@given(tampered())
def test_any_change_before_a_checkpoint_is_found_at_the_first_entry_that_differs(
    chains: tuple[list[Entry], list[Entry]],
) -> None:
    before, after = chains
    findings = list(check_chain(after, Link(), [link_of(before[-1])]))
    assert next((one.number for one in findings), None) == first_difference(before, after)


@given(st.lists(ACTS, min_size=1, max_size=10), st.data())
def test_what_is_taken_from_the_end_is_found_before_a_checkpoint_and_not_claimed_after_it(
    acts: list[Act], data: st.DataObject
) -> None:
    entries = chain_of(acts)
    checkpoint, left = data.draw(st.integers(0, len(entries))), data.draw(st.integers(0, len(entries)))
    kept = [link_of(entries[checkpoint - 1])] if checkpoint else []
    findings = list(check_chain(entries[:left], Link(), kept))
    assert [one.number for one in findings] == ([left + 1] if left < checkpoint else [])


@given(st.lists(ACTS, min_size=2, max_size=10), ACTS, st.data())
def test_a_chain_that_was_written_anew_is_found_by_the_first_checkpoint_behind_it(
    acts: list[Act], other: Act, data: st.DataObject
) -> None:
    entries = chain_of(acts)
    here = data.draw(st.integers(0, len(acts) - 1))
    forged = [*entries[:here], *chain_of([other, *acts[here + 1 :]], link_of(entries[here - 1]) if here else Link())]
    numbers = data.draw(st.lists(st.integers(1, len(acts)), unique=True))
    findings = list(check_chain(forged, Link(), [link_of(entries[number - 1]) for number in numbers]))
    if other == acts[here] or not any(number > here for number in numbers):
        assert findings == []
    else:
        sure = max((number for number in numbers if number <= here), default=0)
        assert findings[0].number == sure + 1


@given(st.lists(ACTS, min_size=1, max_size=10), st.data())
def test_a_chain_goes_on_where_its_beginning_was_taken_away(acts: list[Act], data: st.DataObject) -> None:
    entries = chain_of(acts)
    taken = data.draw(st.integers(0, len(acts)))
    start = link_of(entries[taken - 1]) if taken else Link()
    checkpoints = [link_of(entry) for entry in entries]
    assert list(check_chain(entries[taken:], start, checkpoints)) == []
    if taken:
        assert next(check_chain(entries[taken:], Link(taken, "f" * 64), checkpoints)).number == taken
