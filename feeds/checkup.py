"""What `doctor` found, as data, and how it reads: a section of lines for each kind, and a sum."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from feeds.witness import PartFound, VenueFound, state_of

FOLDED = 4
"""So many lines of a section that say the same are told as one."""
NAMED = 3
OFFLINE = "nothing outside this machine answers; `tidegauge --demo` shows a simulated market without a network"


class Finding(Struct, frozen=True):
    """One line of the report. `why` is the bare reason of a fault by which lines are folded, "" where `said` is it."""

    good: bool
    what: str
    said: str
    why: str = ""


class PageFound(Struct, frozen=True):
    """What a publisher answered for one page.

    `status` is that of HTTP, 0 where no answer came; `newest` the newest period in it, "" where there is none.
    `fault` says why nothing of it is of use, or what of it was refused; "" where all was believed. `sample` begins an
    answer that was refused.
    """

    page: str
    status: int
    values: int = 0
    newest: str = ""
    fault: str = ""
    sample: str = ""
    doubted: tuple[str, ...] = ()


class PublisherFound(Struct, frozen=True):
    """What a publisher answered. `off` says why it was not asked; `unasked` pages were not for want of time."""

    publisher: str
    title: str
    pages: tuple[PageFound, ...] = ()
    off: str = ""
    unasked: int = 0

    @property
    def state(self) -> str:
        """One word for a sum."""
        faults = [page for page in self.pages if page.fault]
        if self.off:
            return "off"
        if not faults:
            return "answered" if self.pages else "not asked"
        return "answered in part" if len(faults) < len(self.pages) else "without an answer of use"


class Report(Struct, frozen=True):
    """Everything that was found. `waited_s` is how long it took. `offline`: nothing outside answered at all."""

    tidegauge: int
    version: str
    now_ms: int
    waited_s: float
    streams: list[Finding]
    venues: list[VenueFound]
    rest: list[Finding]
    publishers: list[PublisherFound]
    doubted: list[Finding]
    here: list[Finding]
    offline: bool
    sum: str
    code: int


def summed(venues: Sequence[VenueFound], publishers: Sequence[PublisherFound]) -> str:
    """Say in one line how many are how: "15 venues: 14 whole, 1 without index"."""
    states = Counter(map(state_of, venues)), Counter(publisher.state for publisher in publishers)
    rows = ((len(venues), "venue", states[0], "whole"), (len(publishers), "publisher", states[1], "answered"))
    said = []
    for count, noun, by_state, best in rows:
        order = sorted(by_state.items(), key=lambda item: (item[0] != best, -item[1]))
        said.append(f"{count} {noun}{'s' * (count != 1)}: " + ", ".join(f"{n} {state}" for state, n in order))
    return "; ".join(said)


def lines(report: Report) -> Iterator[str]:
    """The report as text. Where nothing answered, one section says so, and how to go on stands at the end."""
    outside: Sequence[tuple[str, Sequence[Finding]]] = (
        ("streams", report.streams),
        ("venues", [finding for venue in report.venues for finding in _venue(venue)]),
        ("REST", report.rest),
        ("publishers", [finding for publisher in report.publishers for finding in _publisher(publisher)]),
    )
    if report.offline:
        faults = [finding for title, found in outside if title != "venues" for finding in found if not finding.good]
        yield from _section("network", faults)
        outside = [(title, [finding for finding in found if finding.good]) for title, found in outside]
    for title, found in (
        *outside,
        ("values that are doubted, and not used", report.doubted),
        ("here", report.here),
    ):
        yield from _section(title, found)
    yield report.sum
    if report.offline:
        yield OFFLINE


def folded(found: Sequence[Finding]) -> Iterator[Finding]:
    """Tell faults that say the same as one, at the place of the first: "51 ×"."""
    alike: dict[str, list[str]] = {}
    for finding in found:
        if not finding.good:
            alike.setdefault(finding.why or finding.said, []).append(finding.what)
    told: set[str] = set()
    for finding in found:
        why = finding.why or finding.said
        if finding.good or len(alike[why]) < FOLDED:
            yield finding
        elif why not in told:
            told.add(why)
            yield Finding(False, f"{len(alike[why])} ×", f"{why} ({_some(alike[why])})")


def _section(title: str, found: Sequence[Finding]) -> Iterator[str]:
    if found:
        yield title
        yield from (_line(finding) for finding in folded(found))


def _line(finding: Finding) -> str:
    return f"  {'ok' if finding.good else '!!'}  {finding.what:<24} {finding.said}"


def _venue(found: VenueFound) -> Iterator[Finding]:
    """One line of what came, and one for each thing that came otherwise than documented."""
    if not found.closed:
        quiet = [part.part for part in found.parts if part.state == "quiet"]
        came = [part.part for part in found.parts if part.state == "came"]
        told = [f"came: {', '.join(came)}"] * bool(came) + [f"quiet: {', '.join(quiet)}"] * bool(quiet)
        lacking = [part for part in found.parts if part.state in ("missing", "refused")]
        words = [found.fault] * bool(found.fault) + told + [_why(part) for part in lacking if part.said]
        why = found.fault if found.fault.startswith("not heard") and not told else ""
        yield Finding(found.whole, found.venue, "; ".join(words), why)
        for other in found.otherwise:
            times = f" ({other.times} ×)" if other.times > 1 else ""
            sample = f": {other.sample}" if other.sample else ""
            yield Finding(False, other.where, f"not as documented: {other.reason}{times}{sample}")
        if found.unread and found.fault:
            kinds = ", ".join(f"{name} ({count} ×)" for name, count in found.unread.items())
            yield Finding(True, found.venue, f"frames that nobody asked for, and that are not read: {kinds}")


def _why(part: PartFound) -> str:
    return f"{part.part}: {part.said}"


def _publisher(found: PublisherFound) -> Iterator[Finding]:
    """One line of all pages, and one for each page that has a fault or a value that is doubted."""
    name = found.publisher
    if found.off or not (found.pages or found.unasked):
        yield Finding(True, name, found.off or "nothing is to be asked")
        return
    good = [page for page in found.pages if not page.fault]
    left = f"; {found.unasked} not asked, for want of time" if found.unasked else ""
    if good or not found.pages:
        values, newest = sum(page.values for page in good), max((page.newest for page in good), default="")
        until = f", the newest of {newest}" if newest else ""
        pages = f"{len(good)} page{'s' * (len(good) != 1)}"
        yield Finding(True, name, f"{pages}: {values:,} values{until}{left}")
    for page in found.pages:
        if page.fault:
            status = f"HTTP {page.status}: " if page.status not in (0, 200) else ""
            some = f"{page.values:,} values, refused: " if page.values else ""
            sample = f": {page.sample}" if page.sample else ""
            why = "" if page.status else page.fault
            yield Finding(False, name, f"{page.page}: {some}{status}{page.fault}{sample}", why)
        for doubted in page.doubted:
            yield Finding(False, name, f"{page.page}: doubted, and not used: {doubted}")


def _some(names: Iterable[str]) -> str:
    first, *rest = dict.fromkeys(names)
    shown = [first, *rest[: NAMED - 1]]
    more = len(rest) + 1 - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
