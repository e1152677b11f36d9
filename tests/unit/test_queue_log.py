from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from wallboard.queue_log import CallEvent, QueueLogError, parse_line

NEW_YEAR = datetime(1999, 1, 1, 0, 0, 8, tzinfo=UTC)


def test_a_line_tells_when_which_call_queue_agent_event_and_arguments() -> None:
    event = parse_line("915148808|915148808.7903|PS|NONE|ENTERQUEUE||22090179|1\n")

    assert event == CallEvent(NEW_YEAR, "915148808.7903", "PS", "NONE", "ENTERQUEUE", ("", "22090179", "1"))


def test_an_old_enterqueue_without_its_position_is_still_one() -> None:
    assert parse_line("915148808|1.1|PS|NONE|ENTERQUEUE||22090179").args == ("", "22090179")


def test_an_event_without_arguments_has_none() -> None:
    assert parse_line("915148808|NONE|NONE|NONE|QUEUESTART").args == ()


def test_a_windows_line_end_is_not_part_of_the_last_argument() -> None:
    assert parse_line("915148808|1.1|PS|NONE|ABANDON|1|1|140\r\n").args[-1] == "140"


def test_fractions_of_an_epoch_second_are_cut_off() -> None:
    assert parse_line("915148808.987654|1.1|PS|NONE|ENTERQUEUE").at == NEW_YEAR


def test_a_local_time_is_read_in_the_time_zone_of_the_exchange() -> None:
    line = "1999-01-01 08:00:08|1.1|PS|NONE|ENTERQUEUE"

    assert parse_line(line, ZoneInfo("Asia/Shanghai")).at == NEW_YEAR


def test_a_time_that_says_its_offset_needs_no_time_zone() -> None:
    assert parse_line("1999-01-01T08:00:08.123456+0800|1.1|PS|NONE|ENTERQUEUE").at == NEW_YEAR


def test_epoch_seconds_mean_the_same_in_every_time_zone() -> None:
    assert parse_line("915148808|1.1|PS|NONE|ENTERQUEUE", ZoneInfo("Asia/Shanghai")).at == NEW_YEAR


def test_the_same_event_from_either_form_of_time_is_written_as_the_same_line() -> None:
    local = parse_line("1999-01-01 08:00:08|1.1|PS|NONE|ENTERQUEUE||5|1", ZoneInfo("Asia/Shanghai"))

    assert local.line() == "915148808|1.1|PS|NONE|ENTERQUEUE||5|1"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("", "blank"),
        ("   \n", "blank"),
        ("just words", "fewer than the five fields"),
        ("915148808|1.1|PS|NONE", "fewer than the five fields"),
        ("yesterday|1.1|PS|NONE|ENTERQUEUE", "'yesterday' is not a time"),
        ("-5|1.1|PS|NONE|ENTERQUEUE", "'-5' is not a time"),
        ("٣٤٥|1.1|PS|NONE|ENTERQUEUE", "is not a time"),
        ("1999-01-01 08:00:08|1.1|PS|NONE|ENTERQUEUE", "say in which time zone"),
        ("0001-01-01T00:00:00+09:00|1.1|PS|NONE|ENTERQUEUE", "out of the range of dates"),
        ("915148808|1.1|PS|NONE|enterqueue", "'enterqueue' is not the name of an event"),
        ("915148808|1.1|PS|NONE|", "'' is not the name of an event"),
        ("915148808|1.1|P\0S|NONE|ENTERQUEUE", "NUL"),
    ],
)
def test_a_line_that_is_no_event_is_refused_with_the_reason(line: str, reason: str) -> None:
    with pytest.raises(QueueLogError, match=reason):
        parse_line(line)
