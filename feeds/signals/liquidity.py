"""Net liquidity: what the Fed has put out, less what the Treasury and money funds keep with it. And money elsewhere."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from feeds.signals._reading import Used, last_used, reading, unread
from feeds.signals.by_date import (
    PLACES,
    WEEKS_13,
    YEAR_OF_WEEKS,
    growth_pct,
    months_before,
    near,
    older,
    on_business_day,
)
from feeds.signals.knowledge import Bounds, bounds
from feeds.signals.lines import as_of, high_is_good, level, push, unknown
from feeds.signals.over_months import over_months
from feeds.signals.thresholds import DriversRule
from feeds.topics.base import Note, Reading
from feeds.topics.regime import Driver
from feeds.vintages import Known

PARTS = ("WALCL", "WDTGAL", "RRPONTSYD")
"""Fed assets and the Treasury's account, both in $M on a Wednesday, and reverse repo of that day in $bn."""
BEHIND = 26
"""Weeks to look back for one in which all parts are known."""


class Net(NamedTuple):
    """Net liquidity on one Wednesday in $bn, and what it is made of."""

    day: date
    bn: float
    used: tuple[Used, ...]

    def words(self) -> list[str | Note]:
        """The parts, and that reverse repo is of the day before where the Wednesday was a holiday."""
        assets, account, repo = (one.point for one in self.used)
        said = (
            f"Fed assets {assets.value / 1000:,.1f} - Treasury {account.value / 1000:,.1f} - reverse repo "
            f"{repo.value:,.1f}, Wednesday {self.day}"
        )
        holiday = Note("older", f"reverse repo of {repo.period}: {self.day} was a holiday")
        return [said] if repo.period == self.day else [said, holiday]


def net(known: Known, wednesday: date) -> Net | None:
    """Net liquidity on exactly that Wednesday; `None` where a part of it is not known."""
    assets, account = known.on("WALCL", wednesday), known.on("WDTGAL", wednesday)
    repo = on_business_day(known, "RRPONTSYD", wednesday)
    if (
        assets is None
        or account is None
        or repo is None
        or "doubted" in (assets.quality, account.quality, repo.quality)
    ):
        return None
    used = tuple(Used(name, point) for name, point in zip(PARTS, (assets, account, repo), strict=True))
    return Net(wednesday, round(assets.value / 1000 - account.value / 1000 - repo.value, PLACES), used)


def lacking(known: Known, wednesday: date) -> list[str]:
    """The parts that are not known of that Wednesday."""
    found = known.on("WALCL", wednesday), known.on("WDTGAL", wednesday), on_business_day(known, "RRPONTSYD", wednesday)
    return [name for name, point in zip(PARTS, found, strict=True) if point is None or point.quality == "doubted"]


def newest(known: Known) -> Net | None:
    """Net liquidity on the newest Wednesday of which all parts are known."""
    last = known.last("WALCL")
    weeks = (last.period - timedelta(weeks=n) for n in range(BEHIND)) if last else ()
    return next((found for day in weeks if (found := net(known, day))), None)


def change_13w(known: Known, now: Net) -> tuple[float | None, Net | None]:
    """The change in percent against the Wednesday exactly 13 weeks before, and that week."""
    before = net(known, now.day - WEEKS_13)
    return (growth_pct(now.bn, before.bn) if before else None), before


def net_liquidity(known: Known) -> tuple[Reading, Reading]:
    """Level in $bn, and change over 13 weeks in percent."""
    names = ("netliq.level", "$bn"), ("netliq.13w", "%")
    if wait := unread(known, PARTS):
        none_yet = [unknown(known, name, unit, (), *wait) for name, unit in names]
        return none_yet[0], none_yet[1]
    now, last = newest(known), known.last("WALCL")
    if now is None or last is None:
        none = [id_ for id_ in PARTS if known.last(id_) is None]
        why = f"not known: {', '.join(none)}" if none else "no Wednesday has all of its parts"
        found = [unknown(known, name, unit, none or PARTS, why) for name, unit in names]
        return found[0], found[1]
    behind = [] if now.day == last.period else [_behind(known, last.period)]
    formula = "WALCL / 1,000 - WDTGAL / 1,000 - RRPONTSYD, all of the same Wednesday"
    words = [*now.words(), *behind]
    at = reading("netliq.level", now.bn, "$bn", known, now.used, period=now.day, words=words, formula=formula)
    at = as_of(at, known, PARTS, now.day)
    value, before = change_13w(known, now)
    if value is None or before is None:
        start = now.day - WEEKS_13
        missing = lacking(known, start)
        why = (
            f"{', '.join(missing)} of {start} is not known" if missing else f"net liquidity of {start} was not above 0"
        )
        return at, unknown(known, "netliq.13w", "%", missing, f"no change over 13 weeks: {why}", used=now.used)
    said = f"{before.bn:,.1f} to {now.bn:,.1f} $bn, {before.day} to {now.day}"
    moved = reading(
        "netliq.13w",
        value,
        "%",
        known,
        (*now.used, *before.used),
        period=now.day,
        words=[said, *before.words()[1:], *words[1:]],
        formula="net liquidity against the Wednesday 13 weeks before",
    )
    return at, as_of(moved, known, PARTS, now.day)


def _behind(known: Known, last: date) -> Note:
    return Note("older", f"{', '.join(lacking(known, last))} of {last} is not known yet")


def liquidity_push(moved: Bounds | None, rule: DriversRule) -> int | None:
    """The push of so many percent in 13 weeks."""
    return high_is_good(moved, -rule.netliq_pct, rule.netliq_pct)


def liquidity(known: Known, rule: DriversRule) -> Driver:
    """Whether net liquidity rises; and reserves, money, credit, and what the other central banks hold."""
    at, moved = net_liquidity(known)
    found = push(
        "liquidity",
        moved,
        liquidity_push(bounds(moved), rule),
        ("falling", "flat", "rising"),
        f"13-week change of net liquidity: +1 at +{rule.netliq_pct:g} %, -1 at -{rule.netliq_pct:g} %",
    )
    values = (
        at,
        moved,
        level(known, "liquidity.reserves", "WRBWFRBL", "reserves, Wednesday", "$bn", 1000),
        level(
            known, "liquidity.foreign_rrp", "WLRRAFOIAL", "reverse repo of foreign officials, Wednesday", "$bn", 1000
        ),
        over_months(known, "liquidity.m2.yoy", "M2SL", "M2", 12),
        bank_credit(known),
        _euros(known, rule),
        _yen(known, rule),
    )
    return Driver("liquidity", found.band, found, values)


def bank_credit(known: Known) -> Reading:
    """Bank credit against the Wednesday 52 weeks before, in percent."""
    name, id_ = "liquidity.bank_credit.yoy", "TOTBKCR"
    if wait := unread(known, [id_]):
        return unknown(known, name, "%", (), *wait)
    used = last_used(known, id_)
    if not used:
        return unknown(known, name, "%", [id_], "bank credit: not known")
    now, start = used[0].point, used[0].point.period - YEAR_OF_WEEKS
    before = known.on(id_, start)
    value = growth_pct(now.value, before.value) if before else None
    if before is None or value is None:
        return unknown(known, name, "%", [id_], f"bank credit of {start} is not known: no year on year", used=used)
    words = [f"bank credit {before.value:,.0f} to {now.value:,.0f} $bn, {start} to {now.period}"]
    used.append(Used(id_, before))
    return reading(name, value, "%", known, used, period=now.period, words=words, formula=f"{id_}, over 52 weeks")


def _euros(known: Known, rule: DriversRule) -> Reading:
    """The ECB's assets, in EUR M, at the dollars for a euro of that day."""
    last = known.last("ECBASSETSW")
    names = ("liquidity.ecb", "ECB assets", "ECBASSETSW", "DEXUSEU", "EUR M x $ / 1,000")
    return _abroad(known, rule, names, last.period if last else None, lambda euros, rate: euros * rate / 1000)


def _yen(known: Known, rule: DriversRule) -> Reading:
    """The Bank of Japan's assets at the end of a month, in JPY 100M, at the yen for a dollar of that day."""
    last = known.last("JPNASSETS")
    end = months_before(last.period, -1) - timedelta(days=1) if last else None
    names = ("liquidity.boj", "Bank of Japan assets", "JPNASSETS", "DEXJPUS", "JPY 100M / JPY / 10")
    return _abroad(known, rule, names, end, lambda yen, rate: yen / rate / 10)


def _abroad(
    known: Known,
    rule: DriversRule,
    names: tuple[str, str, str, str, str],
    at: date | None,
    dollars: Callable[[float, float], float],
) -> Reading:
    """A central bank's assets in $bn. `names`: of the reading, the bank, its series, the currency's, the formula."""
    name, label, id_, currency, formula = names
    used = last_used(known, id_)
    if at is None:
        return unknown(known, name, "$bn", [id_], f"{label}: not known")
    rate = near(known, currency, at, rule.nearest_days)
    if rate is None:
        return unknown(known, name, "$bn", [currency], f"{label}: {currency} of {at} is not known", used=used)
    value = dollars(used[0].point.value, rate.value)
    words: list[str | Note] = [f"{label} of {at} at {rate.value:g}", *older(rate, at)]
    both = [*used, Used(currency, rate)]
    return reading(name, value, "$bn", known, both, period=used[0].point.period, words=words, formula=formula)
