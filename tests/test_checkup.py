"""How what was found reads."""

from feeds.checkup import Finding, PageFound, PublisherFound, folded, summed
from feeds.witness import VenueFound


def test_a_sum_counts_the_whole_first_and_the_rest_by_what_it_lacks() -> None:
    venues = [VenueFound(name, name, "") for name in ("a", "b")]
    venues += [VenueFound("c", "C", "without index"), VenueFound("d", "D", "", closed="closed on 2026-09-23")]
    venues += [VenueFound("e", "E", "not heard: timed out"), VenueFound("f", "F", "not heard: connection refused")]
    good, bad = PageFound("x", 200, 3, "2026-11-27"), PageFound("y", 404, fault="HTTP 404")
    publishers = [
        PublisherFound("p", "P", (good,)),
        PublisherFound("q", "Q", (good, bad)),
        PublisherFound("r", "R", (bad,)),
        PublisherFound("s", "S", off="off: it wants a key."),
    ]
    assert summed(venues, publishers) == (
        "6 venues: 2 whole, 2 not heard, 1 without index, 1 closed; "
        "4 publishers: 1 answered, 1 answered in part, 1 without an answer of use, 1 off"
    )


def test_faults_that_say_the_same_are_told_once_and_what_is_well_each() -> None:
    lost = [Finding(False, f"v{n}", f"connecting: lost {n}", "lost") for n in range(5)]
    good = [Finding(True, f"g{n}", "live") for n in range(5)]
    other = Finding(False, "w", "refused")
    assert [*folded([lost[0], other, *lost[1:], *good])] == [
        Finding(False, "5 ×", "lost (v0, v1, v2 and 2 more)"),
        other,
        *good,
    ]
    assert [*folded(lost[:3])] == lost[:3]
