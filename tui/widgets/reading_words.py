"""A reading in words: its number with its unit and quality, and all that is known of where it comes from. Pure."""

from collections.abc import Iterable, Mapping
from datetime import tzinfo
from textwrap import wrap

from feeds import text
from feeds.topics import Input, Reading, SeriesPage, SeriesRow
from tui.theme import ACCENT, AT_MOST, BAD, BOLD, LABEL, LATE, PLAIN, QUALITY, SIGN, STATE, TITLE, level_mark
from tui.widgets.flow import flow
from tui.widgets.lines import Line, Span
from tui.widgets.slow_numbers import moment, number

LIVE = "a live quote: no stored series, so there is no page of it"
NAMES = 10  # columns of what a fact is called
MOST_PLACES = 6
QUALITIES = {
    "exact": "exact: nothing is missing",
    "provisional": "provisional: will be revised",
    "revised": "revised since it was first published",
    "later": "later: what the publisher says today of that day, not what was said then",
    "doubted": "doubted: shown, and not used",
    "estimated": "estimated",
    "sampled": "sampled: at least so much",
    "floor": "a floor: at least so much",
    "partial": "partial: a part of what it needs is missing",
}
NAME, PERIOD, VALUE, KNOWN, SOURCE = 14, 10, 16, 24, 12
FIXED = 2 + NAME + 1 + PERIOD + 2


def exact(value: float) -> str:
    """A number with all its places, up to six: `45.833333`, `-1`, `2,989`."""
    said = f"{value:,.{MOST_PLACES}f}"
    said = said.rstrip("0").rstrip(".")
    return "0" if said == "-0" else said


def with_unit(said: str, unit: str) -> str:
    """Put the unit where people write it: `$12.5 bn`, `45.8 %`, `-1 bp`."""
    unit = text.plain(unit, 20)
    if unit.startswith("$"):
        sign = "-" if said.startswith("-") else ""
        return f"{sign}${said.removeprefix('-')} {unit[1:]}".rstrip()
    return f"{said} {unit}".rstrip()


def mark(reading: Reading) -> str:
    """The sign of its quality: at least, at most, or only about so much, for a missing part may be of either sign."""
    if reading.value is not None and reading.least == reading.value:
        return QUALITY["floor"]
    if reading.value is not None and reading.most == reading.value:
        return AT_MOST
    return level_mark(reading.quality)


def ends(reading: Reading) -> str:
    """Between what it lies, in words; "" where it is one number, or has no bound."""
    least, most = (
        None if one is None else with_unit(exact(one), reading.unit) for one in (reading.least, reading.most)
    )
    if least is None or most is None:
        return f"at least {least}" if least else f"at most {most}" if most else ""
    return f"{least} to {most}"


def whole(reading: Reading) -> str:
    """All of its value, with sign of quality and unit; `--` where it has none."""
    if reading.value is None:
        return text.UNKNOWN
    if isinstance(reading.value, str):
        return text.plain(reading.value)
    said = mark(reading) + with_unit(exact(reading.value), reading.unit)
    between = ends(reading) if reading.least is not None and reading.most is not None else ""
    return f"{said} ({between})" if between else said


def short(reading: Reading, digits: int, width: int = 24, *, signed: bool = False) -> str:
    """Its value with sign of quality and so many places, without the unit, for a column of that width."""
    if reading.value is None:
        return text.UNKNOWN
    sign = mark(reading)
    if isinstance(reading.value, str):
        return text.plain(reading.value, width)
    return sign + number(reading.value, digits, width - len(sign), signed=signed)


def age(reading: Reading, now_ms: int) -> str:
    """How long it has been known: `5h`."""
    return text.age(None if reading.known_ms is None else now_ms - reading.known_ms)


def told(reading: Reading, now_ms: int, zone: tzinfo, width: int) -> list[Line]:
    """All of a reading but its inputs."""
    style = STATE[reading.state]
    value: list[Span] = [(f"{SIGN[reading.state]} ", style), (whole(reading), style + BOLD)]
    band: Line = ((text.plain(reading.band, 30), BOLD),) if reading.band else ()
    lines: list[Line] = [((text.plain(reading.name, width), TITLE),)]
    lines += flow([tuple(value), band, ((_state(reading), style),)], width, 2)
    period = reading.period.isoformat() if reading.period else text.UNKNOWN
    known = text.UNKNOWN
    if reading.known_ms is not None:
        known = f"{moment(reading.known_ms, zone, year=True)}, {age(reading, now_ms)} ago"
    facts: list[tuple[str, list[str]]] = [
        ("for", [period]),
        ("known", [known]),
        ("quality", [QUALITIES.get(reading.quality, reading.quality) if reading.quality else "no value"]),
        ("missing", [", ".join(reading.missing)] if reading.missing else []),
        ("says", list(reading.words)),
        ("formula", [reading.formula] if reading.formula else []),
    ]
    for name, said in facts:
        lines += _fact(name, said, width)
    return lines


def _state(reading: Reading) -> str:
    return "not known" if reading.value is None else reading.state


def _fact(name: str, said: list[str], width: int, indent: int = 0) -> list[Line]:
    style = LATE if name == "missing" else PLAIN
    parts = [part for one in said for part in wrap(text.plain(one, 600), max(20, width - indent - NAMES))]
    names = [f"{' ' * indent}{'' if number else name:<{NAMES}}" for number in range(len(parts))]
    return [((named, LABEL), (part, style)) for named, part in zip(names, parts, strict=True)]


def inputs_title(reading: Reading) -> list[Line]:
    """What stands above the inputs, or why there are none."""
    if not reading.inputs:
        return [(("nothing went in that is known" if reading.value is None else "no inputs are told", LABEL),)]
    count = "1 input" if len(reading.inputs) == 1 else f"{len(reading.inputs)} inputs"
    return [((count, TITLE),)]


def input_row(one: Input, row: SeriesRow | None, picked: bool, zone: tzinfo, width: int) -> Line:
    """One input: whose, for when, how much; with room also since when known, and from whom."""
    said = level_mark(one.quality) + with_unit(exact(one.value), row.unit if row else "")
    room = width - FIXED
    known, source = _known(room), SOURCE if room >= VALUE + KNOWN + SOURCE else 0
    value = max(8, min(20, room - known - source))
    line: list[Span] = [
        ("▸ " if picked else "  ", ACCENT),
        (f"{text.plain(one.series, NAME):<{NAME}} ", BOLD if picked else PLAIN),
        (f"{one.period.isoformat()}  ", PLAIN),
        (f"{text.plain(said, value):>{value}}", BOLD),
    ]
    if known:
        line.append((f"  {moment(one.known_ms, zone, year=True):<{KNOWN - 2}}", LABEL))
    if source:
        line.append((f" {text.plain(one.source, SOURCE - 1)}", LABEL))
    return tuple(line)


def _known(room: int) -> int:
    return KNOWN if room >= VALUE + KNOWN else 0


def live(one: Input) -> bool:
    """Whether it is a quote, as `okx BTC-USD-270326` or the price now, and so no stored series with a page."""
    return " " in one.series or one.source == "live"


def origin(one: Input, row: SeriesRow | None, page: SeriesPage | None, zone: tzinfo, width: int) -> list[Line]:
    """Where an input comes from: what it is, the address, what it was published in, and when it became known."""
    lines: list[Line] = []
    label = page.label if page else row.label if row else ""
    published = ""
    if page is not None:
        published = f"published in {page.published}" if page.published != page.unit else f"in {page.unit or 'a ratio'}"
    field = [published, page.rule] if page else [LIVE if live(one) else "asking the engine"]
    facts = [
        ("series", [f"{one.series}: {label}" if label not in ("", one.series) else one.series]),
        ("from", [f"{page.source} {page.address}" if page else one.source]),
        ("field", field),
        ("known", [] if _known(width - FIXED) else [moment(one.known_ms, zone, year=True)]),
    ]
    for name, said in facts:
        lines += _fact(name, [part for part in said if part], width, 4)
    return lines


def room_for(readings: Iterable[Reading], width: int) -> int:
    """How many columns the values of a list have: as many as the longest needs, but the names need theirs."""
    return max(4, min(max((len(whole(one)) for one in readings), default=0), width // 3))


def listed(reading: Reading, picked: bool, now_ms: int, width: int, room: int) -> Line:
    """A reading in a list: its state, its name, its value in so many columns, and its age."""
    style = STATE[reading.state]
    said = whole(reading)
    if len(said) > room:
        said = short(reading, 2, room)
    name = max(8, width - 2 - 2 - room - 1 - 5)
    return (
        ("▸ " if picked else "  ", ACCENT),
        (f"{SIGN[reading.state]} ", style),
        (f"{text.plain(reading.name, name - 1):<{name}}", BOLD if picked else PLAIN),
        (f"{said:>{room}}", style + BOLD),
        (f" {age(reading, now_ms):>4}", BAD if reading.state == "down" else LABEL),
    )


def by_id(rows: tuple[SeriesRow, ...]) -> Mapping[str, SeriesRow]:
    """Rows of the macro topic by the id of their series."""
    return {row.id: row for row in rows}
