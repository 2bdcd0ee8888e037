"""Binance's daily files of metrics: zips of a CSV each. Format: data.binance.vision, files of 2025 and 2026."""

from datetime import date, datetime, time, timedelta
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from feeds.simulate.http import Answer, Request, Site
from feeds.simulate.publishers.world import World, not_found, written

_PATH = "/data/futures/um/daily/metrics/BTCUSDT/BTCUSDT-metrics-"
_HEADER = (
    "create_time,symbol,sum_open_interest,sum_open_interest_value,count_toptrader_long_short_ratio,"
    "sum_toptrader_long_short_ratio,count_long_short_ratio,sum_taker_long_short_vol_ratio"
)
_STEP = timedelta(minutes=5)
_ROWS = 288


def site(world: World) -> Site:
    """A day's file, from the next day on; 404 where there is none."""

    def metrics(request: Request) -> Answer:
        name = request.path.removeprefix(_PATH).removesuffix(".zip")
        try:
            day = date.fromisoformat(name)
        except ValueError:
            return not_found()
        points = dict(world.points("OI.BINANCE"))
        first, last = points.get(day), points.get(day + timedelta(1))
        if request.path != f"{_PATH}{name}.zip" or last is None:
            return not_found()
        return Answer(200, _zip(day, last if first is None else first, last), "application/zip")

    return metrics


def _zip(day: date, first: float, last: float) -> bytes:
    """From `first` at the day's beginning to `last` at its end, which the row that begins at 23:55 tells."""
    lines = [_HEADER]
    for at in range(_ROWS):
        began = datetime.combine(day, time()) + at * _STEP
        btc = first + (last - first) * (at + 1) / _ROWS
        lines.append(f"{began:%Y-%m-%d %H:%M:%S},BTCUSDT,{written(btc, 8)},{btc * 90_000:.8f},1.5,1.2,1.9,")
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        archive.writestr(ZipInfo(f"BTCUSDT-metrics-{day}.csv"), "\n".join(lines) + "\n")
    return file.getvalue()
