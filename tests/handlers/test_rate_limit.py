"""One notice, then silence until the chat calms down."""

from datetime import UTC, datetime, timedelta

from handlers.rate_limit import PER_MINUTE, Pace, Verdict

START = datetime(2026, 11, 24, tzinfo=UTC)


def verdicts(pace: Pace, seconds: list[float]) -> tuple[Pace, list[Verdict]]:
    given = []
    for second in seconds:
        pace, verdict = pace.next(START + timedelta(seconds=second))
        given.append(verdict)
    return pace, given


def test_people_who_write_at_a_human_pace_are_never_slowed() -> None:
    _, given = verdicts(Pace(), [4.0 * number for number in range(200)])
    assert set(given) == {Verdict.PASS}


def test_a_flood_gets_one_notice_and_then_silence_however_long_it_lasts() -> None:
    pace, given = verdicts(Pace(), [0.02 * number for number in range(3000)])
    assert given == [Verdict.PASS] * PER_MINUTE + [Verdict.NOTICE] + [Verdict.SILENCE] * (2979)
    pace, verdict = pace.next(START + timedelta(seconds=60 + 29))
    assert verdict is Verdict.SILENCE
    _, verdict = pace.next(START + timedelta(seconds=60 + 29 + 34))
    assert verdict is Verdict.PASS


def test_a_clock_that_jumps_back_neither_opens_nor_shuts_the_door() -> None:
    pace, _ = verdicts(Pace(), [0.0] * 5)
    pace, verdict = pace.next(START - timedelta(hours=1))
    assert (pace.level, verdict) == (6.0, Verdict.PASS)
