"""The time zones in which times are told, and the clock in words."""

from datetime import UTC, datetime, timedelta, tzinfo

NEW_YORK = "America/New_York"


class Local(tzinfo):
    """The zone of this machine, right on both sides of a change of the clocks (a fixed offset is not)."""

    def utcoffset(self, dt: datetime | None) -> timedelta | None:
        return None if dt is None else dt.replace(tzinfo=None).astimezone().utcoffset()

    def dst(self, dt: datetime | None) -> timedelta | None:
        return None

    def tzname(self, dt: datetime | None) -> str | None:
        return None if dt is None else dt.replace(tzinfo=None).astimezone().tzname()

    def fromutc(self, dt: datetime) -> datetime:
        here = dt.replace(tzinfo=UTC).astimezone()
        first = here.replace(tzinfo=self, fold=0)
        return first if first.utcoffset() == here.utcoffset() else first.replace(fold=1)


def zone_of(name: str) -> tzinfo:
    """Give the zone of a name: `local`, `UTC`, or one of the tz database. Raises KeyError (of ZoneInfo) if unknown."""
    if name == "local":
        return Local()
    if name == "UTC":
        return UTC
    from zoneinfo import ZoneInfo  # off the path of the first paint

    return ZoneInfo(name)


def cycle(name: str) -> list[str]:
    """Name the zones that the key goes through, beginning with the one that is set; only those this system knows."""
    names = dict.fromkeys((name, "local", "UTC", NEW_YORK))
    return [one for one in names if _known(one)]


def clock(ms: int, zone: tzinfo, *, date: bool = False) -> str:
    """A time with its zone: `14:03:05 UTC`, with `date` `10 Oct 2025 21:20:05 UTC`."""
    at = datetime.fromtimestamp(ms / 1000, zone)
    day = f"{at.day} {at:%b %Y} " if date else ""
    return f"{day}{at:%H:%M:%S} {at.tzname() or ''}".rstrip()


def _known(name: str) -> bool:
    try:
        zone_of(name)
    except (KeyError, ValueError):  # no tz database on this system, or a name that is none
        return False
    return True
