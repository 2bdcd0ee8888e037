"""Our own clock's error, by servers that tell the time."""

import pytest

from feeds.our_clock import KEEP_MS, Exchange, OurClock, Pong, Span, Stepped, agreed, evidence, frame, span

T0 = 1_700_000_000_000
END, TURN = T0 + 2_849, T0 + 2_850
"""Who is asked then answers in the last millisecond of a second, and in the first: both together leave 301 ms open."""


def told(ours: OurClock, error_ms: int, *witnesses: str, at_ms: int = T0, took_ms: int = 300) -> None:
    """Servers whose clocks are right are asked at `at_ms` true time, on a clock of ours with that error."""
    for witness in witnesses:
        answered_ms = at_ms + took_ms // 2
        date_ms = answered_ms - answered_ms % 1_000
        ours.heard(Exchange(witness, at_ms + error_ms, at_ms + took_ms + error_ms, date_ms))


def test_an_exchange_leaves_the_second_of_its_date_and_the_round_trip_open() -> None:
    assert span(Exchange("okx", T0 + 20_400, T0 + 20_700, T0)) == Span(19_400, 20_700)


def test_two_that_agree_are_a_proof_and_one_alone_is_none() -> None:
    one, two, far = Span(19_400, 20_700), Span(19_900, 20_800), Span(-300, 600)
    assert agreed([]) is None
    assert agreed([one]) is None
    assert agreed([one, two]) == Span(19_900, 20_700)
    assert agreed([one, two, far]) == Span(19_900, 20_700)
    assert agreed([one, far]) is None
    assert agreed([one, two, far, far]) is None


@pytest.mark.parametrize(
    ("error_ms", "first_ms", "then_ms"), [(33_000, 32_000, 32_849), (-33_000, -34_000, -33_151), (0, 0, 0), (600, 0, 0)]
)
def test_what_is_proven_is_taken_off_but_no_more_than_is_certain(error_ms: int, first_ms: int, then_ms: int) -> None:
    ours = OurClock()
    told(ours, error_ms, "okx", at_ms=T0 + 1_000)
    assert ours.base_ms == 0
    told(ours, error_ms, "gate", at_ms=T0 + 1_000)
    assert ours.base_ms == first_ms
    told(ours, error_ms, "okx", "gate", at_ms=END)
    assert ours.base_ms == then_ms


@pytest.mark.parametrize(
    ("error_ms", "words", "short"),
    [
        (33_000, "this machine's clock is 33 s ahead", "clock +33 s"),
        (-33_000, "this machine's clock is 33 s behind", "clock -33 s"),
        (900, "", ""),
        (-900, "", ""),
    ],
)
def test_the_error_is_said_in_words(error_ms: int, words: str, short: str) -> None:
    ours = OurClock()
    told(ours, error_ms, "okx", "gate", at_ms=END)
    told(ours, error_ms, "okx", "gate", at_ms=TURN)
    assert ours.proven == Span(error_ms - 151, error_ms + 150)
    assert (ours.words(), ours.short()) == (words, short)


def test_a_lag_of_all_that_nothing_explains_is_said_to_be_either() -> None:
    ours = OurClock()
    ours.look(T0, [0, 0, 0], [20_100, 19_900, 20_000], [])
    assert ours.base_ms == 0
    assert ours.words() == "clock or line 20 s off: not told apart yet"
    assert ours.short() == "clock or line 20 s"
    ours.look(T0, [0, 0, 0], [20_100, 19_900, 100], [50, 60, 40])
    assert ours.words() == "clock or line 20 s off: not told apart yet", "quick pongs do not judge alone"
    ours.look(T0, [0, 0, 0], [20_100, 100, 100], [])
    assert ours.words() == "", "one of three venues"


def test_slow_pongs_or_a_right_clock_tell_that_it_is_the_line() -> None:
    ours = OurClock()
    ours.look(T0, [0, 0, 0], [20_100, 19_900, 20_000], [19_000, 18_000, 20_000])
    assert (ours.words(), ours.short()) == ("the line is 20 s behind", "line 20 s")
    ours.look(T0, [0, 0, 0], [20_100, 19_900, 20_000], [])
    told(ours, 0, "okx", "gate")
    assert ours.words() == "the line is 20 s behind"


def test_messages_that_came_before_they_were_sent_tell_of_a_slow_clock() -> None:
    ours = OurClock()
    ours.look(T0, [-29_900, -30_000, 0], [0, 0, 0], [])
    assert ours.base_ms == -29_900
    assert ours.words() == "this machine's clock is 30 s or more behind the venues'"
    assert ours.short() == "clock -30 s or more"
    ours.look(T0, [-3_600_000, -3_600_000, 0, 0], [0, 0, 0, 0], [])
    assert (ours.base_ms, ours.words()) == (0, ""), "half of the venues are no majority"
    ours.look(T0, [-3_600_000], [0], [])
    assert (ours.base_ms, ours.words()) == (0, ""), "a venue alone may itself be wrong"
    told(ours, 0, "okx", "gate")
    ours.look(T0, [-3_600_000, -3_600_000, -3_600_000], [0, 0, 0], [])
    assert ours.words() == ""
    assert ours.proven
    assert ours.base_ms == ours.proven.least, "no further than the dates allow"


def test_a_step_forward_makes_all_measured_void_and_wants_new_answers_at_once() -> None:
    ours = OurClock()
    told(ours, 33_000, "okx", "gate")
    assert not ours.wants(T0 + 33_300)
    ours.stepped(Stepped(90_000))
    assert (ours.base_ms, ours.proven, ours.words()) == (0, None, "")
    assert ours.wants(T0 + 123_300)
    ours.asked(T0 + 123_300)
    assert not ours.wants(T0 + 123_301)


def test_set_back_our_clock_goes_on_and_the_machines_error_is_told_without_what_is_held() -> None:
    ours = OurClock()
    told(ours, 3_600_000, "okx", "gate", at_ms=END)
    assert ours.words() == "this machine's clock is 3,600 s ahead"
    ours.stepped(Stepped(-3_600_000, 3_600_000))
    assert ours.base_ms == 3_600_000 - 151
    assert ours.words() == ""


def test_an_exchange_counts_for_ten_minutes_and_a_contradiction_of_the_same_server_at_once() -> None:
    ours = OurClock()
    told(ours, 33_000, "okx", "gate")
    ours.look(T0 + 33_300 + KEEP_MS, [], [], [])
    assert ours.proven
    ours.look(T0 + 33_301 + KEEP_MS, [], [], [])
    assert ours.proven is None
    assert ours.base_ms == 0
    told(ours, 33_000, "okx", "gate", at_ms=T0 + KEEP_MS)
    told(ours, 0, "okx", "gate", at_ms=T0 + KEEP_MS + 60_000)
    assert ours.words() == ""
    assert ours.base_ms == 0


def test_while_something_is_off_somebody_is_asked_again() -> None:
    ours = OurClock()
    assert not ours.wants(T0), "nothing is off"
    ours.look(T0, [0, 0], [20_000, 20_000], [])
    assert ours.wants(T0)
    ours.asked(T0)
    assert not ours.wants(T0 + 9_999)
    assert ours.wants(T0 + 10_000)
    told(ours, 0, "okx", "gate", at_ms=T0 + 10_000)
    assert not ours.wants(T0 + 70_299)
    assert ours.wants(T0 + 70_300)


def test_an_exchange_that_ended_before_it_began_is_none() -> None:
    ours = OurClock()
    for witness in ("okx", "gate"):
        ours.heard(Exchange(witness, T0 + 20_000, T0, T0))
    assert ours.proven is None


@pytest.mark.parametrize(
    "fact", [Exchange("okx", T0, T0 + 300, T0 - 500), Pong("okx.public", 43), Stepped(-3_600_000, 3_600_000)]
)
def test_evidence_is_a_frame_and_comes_back_from_it(fact: Exchange | Pong | Stepped) -> None:
    one = frame(fact, T0)
    assert (one.feed, one.recv_ms) == ("clock", T0)
    assert isinstance(one.data, str)
    assert evidence(one.data) == fact
