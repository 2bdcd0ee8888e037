"""What all readings have in common."""

from feeds.signals._reading import unread
from feeds.topics.base import Note
from feeds.vintages import Known


def _known(*ids: str) -> Known:
    return Known(0, lambda _: (), tuple, ids, (38, 91))


def test_a_look_back_on_a_series_that_is_still_being_read_says_how_far_the_reading_is() -> None:
    assert unread(_known("WALCL"), ("DGS2", "WALCL")) == (Note("reading", "reading the past, 38 of 91 pages"),)


def test_a_series_that_it_does_not_look_back_on_may_be_unread() -> None:
    assert unread(_known("WALCL"), ("DGS2",)) == ()
    assert unread(_known(), ("WALCL",)) == ()
