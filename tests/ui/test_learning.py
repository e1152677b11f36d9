from pathlib import Path

from assistant.lookup.choices import FILE_NAME, OCCASION, Choices
from data.clock import SystemClock
from tests.ui.session import ENTRY, AgentPc, OtherProgram, Session, assistant_in, wait_until
from tests.ui.test_desktop import shown


def chosen(home: Path) -> bool:
    """Whether the first of the listed areas was learned: one more choice of it makes two."""
    choices, later = Choices(home), SystemClock().now() + 2 * OCCASION
    choices.note("ts", "area", "211402201", later)
    found = choices.preferred("ts", later)
    choices.close()
    return bool(found)


def test_copying_the_phone_of_a_result_teaches_that_it_was_meant(session: Session, pc: AgentPc, home: Path) -> None:
    shown(session, pc)
    assert not (home / FILE_NAME).exists()
    pc.press(ENTRY, "Return")
    pc.wait_for(notice="copied")
    wait_until(lambda: (home / FILE_NAME).exists() and chosen(home), "the choice")


def test_nothing_is_learned_where_the_agent_wants_none(session: Session, home: Path, other: OtherProgram) -> None:
    (home / "settings.toml").write_text("learn = false\n")
    with assistant_in(session, home) as pc:
        shown(session, pc)
        pc.press(ENTRY, "Return")
        pc.wait_for(notice="copied")
    assert not (home / FILE_NAME).exists()
