"""The OFR's copy of SOFR: pairs of date and value in, observations out."""

from datetime import UTC, date, datetime

import pytest
from msgspec import MsgspecError

from feeds.facts import Observation, Rejected
from feeds.series import series
from feeds.source import Ask, Span
from feeds.sources.ofr import SOURCE
from feeds.venue import Http, Reject
from tests.sources.bad_bodies import BAD_BODIES

(PAGE,) = SOURCE.pages
RECV = int(datetime(2026, 8, 7, 13, tzinfo=UTC).timestamp()) * 1000
API = "https://data.financialresearch.gov/v1/series/timeseries"


def parsed(body: str, mnemonic: str = "FNYR-SOFR-A") -> list[Observation | Rejected]:
    return list(PAGE.parse(Http(f"{API}?mnemonic={mnemonic}&start_date=2026-08-01", 200, body), RECV))


def test_a_rate_is_in_percent() -> None:
    assert parsed('[["2026-08-04",3.66],["2026-08-05",3.64]]') == [
        Observation("SOFR", "2026-08-04", 3.66, RECV, "ofr"),
        Observation("SOFR", "2026-08-05", 3.64, RECV, "ofr"),
    ]


def test_the_volume_comes_in_dollars_and_is_kept_in_billions() -> None:
    body = '[["2026-08-05",2989000000000.0],["2026-08-04",3036000000000]]'
    assert parsed(body, "FNYR-SOFR_UV-A") == [
        Observation("SOFRVOL", "2026-08-05", 2989.0, RECV, "ofr"),
        Observation("SOFRVOL", "2026-08-04", 3036.0, RECV, "ofr"),
    ]


@pytest.mark.parametrize(
    ("mnemonic", "id_"),
    [
        ("FNYR-SOFR_1Pctl-A", "SOFR1"),
        ("FNYR-SOFR_25Pctl-A", "SOFR25"),
        ("FNYR-SOFR_75Pctl-A", "SOFR75"),
        ("FNYR-SOFR_99Pctl-A", "SOFR99"),
    ],
)
def test_the_address_tells_which_percentile_it_is(mnemonic: str, id_: str) -> None:
    assert parsed('[["2026-08-05",3.7]]', mnemonic) == [Observation(id_, "2026-08-05", 3.7, RECV, "ofr")]


def test_an_answer_to_what_was_not_asked_is_refused() -> None:
    with pytest.raises(Reject, match="an answer to what was not asked: 'REPO-GCF_AR_OO-P'"):
        parsed('[["2026-08-05",3.7]]', "REPO-GCF_AR_OO-P")


@pytest.mark.parametrize("nothing", ["null", '""', '"."', '"NA"', '"-"'])
def test_a_null_is_skipped_and_is_no_zero(nothing: str) -> None:
    assert parsed(f'[["2026-08-04",{nothing}],["2026-08-05",3.64]]') == [
        Observation("SOFR", "2026-08-05", 3.64, RECV, "ofr")
    ]


@pytest.mark.parametrize(
    ("pair", "reason"),
    [
        ('["2026-08-04","NaN"]', "SOFR is nan"),
        ('["2026-08-04","Infinity"]', "SOFR is inf"),
        ('["2026-08-04","(3.66)"]', "SOFR is no number: '(3.66)'"),
        ('["08/04/2026",3.66]', "no date of the form 2026-08-05: '08/04/2026'"),
        ('["2026-13-04",3.66]', "no day of the calendar: 2026-13-04"),
        ('["2026-08-20",3.66]', "2026-08-20 is yet to come"),
    ],
)
def test_a_pair_that_cannot_be_believed_is_refused_beside_the_good_one(pair: str, reason: str) -> None:
    good, bad = parsed(f'[["2026-08-05",3.64],{pair}]')
    assert good == Observation("SOFR", "2026-08-05", 3.64, RECV, "ofr")
    assert isinstance(bad, Rejected)
    assert (bad.feed, bad.reason) == ("ofr.sofr", reason)


@pytest.mark.parametrize(
    "pair", ['["2026-08-04"]', '["2026-08-04",3.66,"P"]', '{"date":"2026-08-04"}', "1722902400000"]
)
def test_a_row_that_is_no_pair_is_refused_beside_the_good_one(pair: str) -> None:
    good, bad = parsed(f'[["2026-08-05",3.64],{pair}]')
    assert isinstance(good, Observation)
    assert isinstance(bad, Rejected)


def test_pairs_may_be_twice_and_of_two_that_contradict_one_another_the_later_counts() -> None:
    same = parsed('[["2026-08-05",3.64],["2026-08-05",3.64]]')
    assert same == [Observation("SOFR", "2026-08-05", 3.64, RECV, "ofr")]
    good, said = parsed('[["2026-08-05",3.64],["2026-08-05",3.7]]')
    assert good == Observation("SOFR", "2026-08-05", 3.7, RECV, "ofr")
    assert isinstance(said, Rejected)
    assert said.reason == "SOFR of 2026-08-05 stands there twice: 3.64, then 3.7"


@pytest.mark.parametrize("body", [*BAD_BODIES, pytest.param('[["2026-08-05",3.64],["2026-08', id="cut short")])
def test_a_body_that_is_nothing_is_refused(body: str) -> None:
    with pytest.raises((Reject, MsgspecError)):
        parsed(body)


def test_each_series_is_asked_for_by_its_mnemonic_from_the_first_day_on() -> None:
    assert PAGE.ask(Span(date(2018, 4, 2), date(2026, 8, 7)), None) == tuple(
        Ask(f"{API}?mnemonic={mnemonic}&start_date=2018-04-02")
        for mnemonic in (
            "FNYR-SOFR-A",
            "FNYR-SOFR_1Pctl-A",
            "FNYR-SOFR_25Pctl-A",
            "FNYR-SOFR_75Pctl-A",
            "FNYR-SOFR_99Pctl-A",
            "FNYR-SOFR_UV-A",
        )
    )


def test_the_page_fills_series_that_name_this_source() -> None:
    rows = [series(id_) for id_ in PAGE.series]
    assert all(row and "ofr" in row.sources for row in rows)
