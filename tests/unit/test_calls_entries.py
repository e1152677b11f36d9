from wallboard.entries import Outcome, QueueEntry, queue_entries
from wallboard.queue_log import parse_line


def entries_of(*lines: str) -> list[QueueEntry]:
    """What becomes of lines written as `seconds call queue agent EVENT arguments`."""
    return queue_entries(parse_line(f"91514{line.replace(' ', '|')}") for line in lines)


ENTER = "0000 c q NONE ENTERQUEUE  5 1"
CONNECT = "0010 c q Ann CONNECT 10 x 4"
COMPLETE = "0070 c q Ann COMPLETECALLER 10 60 1"


def test_a_call_that_is_still_there_waits() -> None:
    (entry,) = entries_of(ENTER)

    assert (entry.outcome, entry.wait_s) == (Outcome.WAITING, None)


def test_an_answered_call_has_its_wait_its_agent_and_its_talk() -> None:
    (entry,) = entries_of(ENTER, CONNECT, COMPLETE)

    assert (entry.outcome, entry.agent, entry.wait_s, entry.talk_s) == (Outcome.ANSWERED, "Ann", 10, 60)


def test_a_connect_without_its_complete_is_answered_with_a_talk_of_unknown_length() -> None:
    (entry,) = entries_of(ENTER, CONNECT)

    assert (entry.outcome, entry.wait_s, entry.talk_s) == (Outcome.ANSWERED, 10, None)


def test_a_complete_without_its_connect_is_answered_all_the_same() -> None:
    (entry,) = entries_of(ENTER, COMPLETE)

    assert (entry.outcome, entry.agent, entry.wait_s, entry.talk_s) == (Outcome.ANSWERED, "Ann", 10, 60)


def test_arguments_that_an_old_version_leaves_out_are_told_from_the_clock() -> None:
    answered, left = entries_of(
        ENTER, "0010 c q Ann CONNECT", "0070 c q Ann COMPLETEAGENT", "0100 d q NONE ENTERQUEUE", "0109 d q NONE ABANDON"
    )

    assert (answered.wait_s, answered.talk_s) == (10, 60)
    assert (left.outcome, left.wait_s) == (Outcome.ABANDONED, 9)


def test_an_abandoned_call_waited_as_long_as_the_log_says() -> None:
    (entry,) = entries_of(ENTER, "0033 c q NONE ABANDON 1 1 32")

    assert (entry.outcome, entry.wait_s) == (Outcome.ABANDONED, 32)


def test_leaving_by_time_out_empty_queue_or_key_is_a_flow_out() -> None:
    exits = entries_of(
        ENTER,
        "0030 c q NONE EXITWITHTIMEOUT 1 1 30",
        "0100 d q NONE ENTERQUEUE",
        "0101 d q NONE EXITEMPTY 1 1 1",
        "0200 e q NONE ENTERQUEUE",
        "0207 e q NONE EXITWITHKEY 0 1 1 7",
        "0300 f q NONE ENTERQUEUE",
        "0308 f q NONE EXITWITHKEY 0 1",
    )

    assert [entry.outcome for entry in exits] == [Outcome.FLOW_OUT] * 4
    assert [entry.wait_s for entry in exits] == [30, 1, 7, 8]


def test_a_flow_out_that_another_queue_answers_is_known_as_such() -> None:
    first, second = entries_of(
        ENTER, "0030 c q NONE EXITWITHTIMEOUT 1 1 30", "0031 c r NONE ENTERQUEUE", "0040 c r Bob CONNECT 9 x 1"
    )

    assert (first.outcome, first.answered_elsewhere) == (Outcome.FLOW_OUT, True)
    assert (second.queue, second.outcome, second.answered_elsewhere) == ("r", Outcome.ANSWERED, False)


def test_a_flow_out_that_is_given_up_elsewhere_stays_unanswered() -> None:
    first, second = entries_of(
        ENTER, "0030 c q NONE EXITWITHTIMEOUT 1 1 30", "0031 c r NONE ENTERQUEUE", "0040 c r NONE ABANDON 1 1 9"
    )

    assert not first.answered_elsewhere
    assert second.outcome is Outcome.ABANDONED


def test_a_call_that_enters_another_queue_has_left_the_first() -> None:
    first, second = entries_of(ENTER, "0020 c r NONE ENTERQUEUE")

    assert (first.outcome, first.wait_s) == (Outcome.FLOW_OUT, 20)
    assert second.outcome is Outcome.WAITING


def test_a_transfer_ends_the_talk_with_the_first_agent() -> None:
    transferred = entries_of(
        ENTER,
        CONNECT,
        "0040 c q Ann BLINDTRANSFER 801 ext 10 30 1",
        "0041 c r NONE ENTERQUEUE",
        "0050 c r Bob CONNECT 9 x 1",
        "0080 c r Bob ATTENDEDTRANSFER BRIDGE b 9 30 1",
        "0100 d q NONE ENTERQUEUE",
        "0101 d q Ann CONNECT 1 x 1",
        "0121 d q Ann ATTENDEDTRANSFER LINK a b 1 20 1",
        "0200 e q NONE ENTERQUEUE",
        "0201 e q Ann CONNECT 1 x 1",
        "0206 e q Ann TRANSFER 801 ext",
    )

    assert [(entry.agent, entry.talk_s) for entry in transferred] == [("Ann", 30), ("Bob", 30), ("Ann", 20), ("Ann", 5)]
    assert not any(entry.answered_elsewhere for entry in transferred)


def test_a_restart_loses_who_waits_and_leaves_talks_without_an_end() -> None:
    waiting, talking, after = entries_of(
        ENTER,
        "0001 d q NONE ENTERQUEUE",
        "0002 d q Ann CONNECT 1 x 1",
        "0005 NONE NONE NONE QUEUESTART",
        "0006 c q NONE ABANDON 1 1 6",
        "0007 e q NONE ENTERQUEUE",
    )

    assert (waiting.outcome, waiting.wait_s) == (Outcome.LOST_AT_RESTART, None)
    assert (talking.outcome, talking.talk_s) == (Outcome.ANSWERED, None)
    assert after.outcome is Outcome.WAITING


def test_ringing_in_vain_is_held_against_the_agent_and_not_the_call() -> None:
    (entry,) = entries_of(ENTER, "0005 c q Bob RINGNOANSWER 5000", CONNECT)

    assert (entry.outcome, entry.agent, entry.missed_by) == (Outcome.ANSWERED, "Ann", ("Bob",))


def test_events_of_calls_whose_entry_is_not_in_the_log_are_passed_over() -> None:
    assert entries_of(CONNECT, COMPLETE, "0080 d q NONE ABANDON 1 1 80", "0081 d q Bob RINGNOANSWER 1") == []


def test_a_call_that_has_ended_is_not_changed_by_what_is_said_of_it_later() -> None:
    (entry,) = entries_of(ENTER, CONNECT, COMPLETE, "0080 c q NONE ABANDON 1 1 80", "0081 c q Bob CONNECT 81 x 1")

    assert (entry.outcome, entry.agent, entry.talk_s) == (Outcome.ANSWERED, "Ann", 60)


def test_a_pause_for_after_call_work_counts_from_the_end_of_the_call() -> None:
    pause, unpause = "0072 NONE q Ann PAUSE ACW", "0102 NONE q Ann UNPAUSE"
    (entry,) = entries_of(ENTER, CONNECT, COMPLETE, pause, pause, unpause, unpause)

    assert entry.acw_s == 30


def test_after_call_work_asked_for_during_the_talk_begins_when_the_talk_ends() -> None:
    (entry,) = entries_of(ENTER, CONNECT, "0050 NONE q Ann PAUSE 小结", COMPLETE, "0090 NONE q Ann UNPAUSE")

    assert entry.acw_s == 20


def test_after_call_work_that_goes_on_has_no_length_yet() -> None:
    (entry,) = entries_of(ENTER, CONNECT, COMPLETE, "0070 NONE q Ann PAUSE wrap-up")

    assert entry.acw_s is None


def test_a_call_without_after_call_work_counts_as_zero_where_agents_report_it() -> None:
    first, second = entries_of(
        ENTER,
        CONNECT,
        COMPLETE,
        "0100 d q NONE ENTERQUEUE",
        "0101 d q Ann CONNECT 1 x 1",
        "0111 d q Ann COMPLETEAGENT 1 10 1",
        "0111 NONE NONE Ann PAUSEALL acw",
        "0151 NONE NONE Ann UNPAUSEALL",
    )

    assert (first.acw_s, second.acw_s) == (0, 40)


def test_after_call_work_is_unknown_where_nobody_reports_any() -> None:
    (entry,) = entries_of(ENTER, CONNECT, COMPLETE, "0080 NONE q Ann PAUSE lunch", "0090 NONE q Ann UNPAUSE")

    assert entry.acw_s is None


def test_a_break_ends_after_call_work_and_is_not_part_of_it() -> None:
    (entry,) = entries_of(
        ENTER, CONNECT, COMPLETE, "0070 NONE q Ann PAUSE ACW", "0080 NONE q Ann PAUSE lunch", "0900 NONE q Ann UNPAUSE"
    )

    assert entry.acw_s == 10


def test_the_next_call_ends_after_call_work() -> None:
    first, _ = entries_of(
        ENTER,
        CONNECT,
        COMPLETE,
        "0070 NONE q Ann PAUSE ACW",
        "0080 d q NONE ENTERQUEUE",
        "0085 d q Ann CONNECT 5 x 1",
    )

    assert first.acw_s == 15


def test_a_call_that_the_exchange_drops_for_lack_of_a_common_codec_counts_as_abandoned() -> None:
    (entry,) = entries_of(ENTER, "0012 c q Ann SYSCOMPAT")

    assert (entry.outcome, entry.wait_s) == (Outcome.ABANDONED, 12)
