"""Treasury yields: four points of the curve and one of inflation are paths, the rest lies between them."""

from collections.abc import Callable

from feeds.simulate.slow.paths import Path
from feeds.simulate.slow.setting import Make, Points, Setting, drawn

PATHS = {
    "DGS3MO": Path(
        (("2013-01-01", 0.06), ("2015-12-01", 0.2), ("2018-12-01", 2.42), ("2019-07-31", 2.1), ("2020-02-20", 1.58),
         ("2020-03-25", 0.05), ("2022-02-01", 0.25), ("2023-03-08", 5.0), ("2023-10-01", 5.55), ("2024-09-01", 5.1),
         ("2025-01-01", 4.3), ("2025-09-01", 4.1), ("2025-12-20", 3.62)),
        ((-120, 3.68), (-91, 3.68), (0, 3.7)), vol=0.012, market=0.004,
    ),
    "DGS2": Path(
        (("2013-01-01", 0.27), ("2016-07-01", 0.6), ("2018-11-08", 2.95), ("2019-09-03", 1.47), ("2020-02-15", 1.4),
         ("2020-03-25", 0.3), ("2021-09-01", 0.22), ("2022-10-20", 4.55), ("2023-03-08", 5.05), ("2023-03-20", 3.85),
         ("2023-10-18", 5.2), ("2024-09-20", 3.58), ("2025-01-10", 4.38), ("2025-09-01", 3.55), ("2026-03-01", 3.6)),
        ((-120, 3.86), (-91, 3.84), (-28, 3.82), (0, 3.8)), vol=0.04, market=0.02,
    ),
    "DGS10": Path(
        (("2013-01-01", 1.85), ("2013-12-31", 3.0), ("2016-07-06", 1.38), ("2018-11-08", 3.23), ("2019-09-03", 1.48),
         ("2020-02-15", 1.58), ("2020-08-04", 0.54), ("2021-03-31", 1.74), ("2022-10-24", 4.22), ("2023-04-06", 3.3),
         ("2023-10-19", 4.97), ("2024-09-16", 3.64), ("2025-01-13", 4.78), ("2025-09-16", 4.05), ("2026-03-01", 4.12)),
        ((-120, 4.38), (-91, 4.36), (-33, 4.37), (-28, 4.37), (-5, 4.3), (0, 4.3)), vol=0.045, market=0.02,
    ),
    "DGS30": Path(
        (("2013-01-01", 3.05), ("2016-07-06", 2.15), ("2018-11-08", 3.44), ("2019-09-03", 1.97), ("2020-08-04", 1.2),
         ("2022-10-24", 4.38), ("2023-10-19", 5.1), ("2024-09-16", 3.95), ("2025-05-21", 5.08), ("2026-03-01", 4.78)),
        ((-120, 4.95), (-91, 4.93), (0, 4.9)), vol=0.045, market=0.015,
    ),
    "T10YIE": Path(
        (("2013-01-01", 2.48), ("2016-02-11", 1.2), ("2018-05-01", 2.16), ("2019-09-03", 1.55), ("2020-03-19", 0.55),
         ("2021-05-12", 2.53), ("2022-04-21", 2.98), ("2023-03-20", 2.2), ("2024-09-10", 2.03), ("2025-06-01", 2.3)),
        ((-120, 2.3), (-91, 2.3), (0, 2.29)), vol=0.022,
    ),
    "breakeven.5": Path(
        (("2013-01-01", 2.05), ("2016-02-11", 1.0), ("2018-05-01", 2.1), ("2020-03-19", 0.2), ("2021-05-12", 2.5),
         ("2022-03-25", 3.4), ("2023-03-20", 2.3), ("2024-09-10", 1.9), ("2025-06-01", 2.33)),
        ((-120, 2.37), (0, 2.36)), vol=0.025,
    ),
}  # fmt: skip


def between(left: str, right: str, part: float) -> Make:
    """A point of the curve: so much of the way from one to the other."""
    return _of((left, right), lambda a, b: a + (b - a) * part)


def _of(names: tuple[str, str], formula: Callable[[float, float], float]) -> Make:
    def make(setting: Setting, id_: str) -> Points:
        rights = setting.known(names[1])
        return [(day, round(formula(left, rights[day]), 2)) for day, left in setting.points(names[0])]

    return make


def five_years_real(setting: Setting, id_: str) -> Points:
    points = setting.points("DGS5")
    inflation = setting.run("breakeven.5", [day for day, _ in points])
    return [(day, round(nominal - part, 2)) for (day, nominal), part in zip(points, inflation, strict=True)]


def later_inflation(setting: Setting, id_: str) -> Points:
    """Twice ten years less the first five."""
    points = setting.points("T10YIE")
    first = setting.run("breakeven.5", [day for day, _ in points])
    return [(day, round(2 * ten - five, 2)) for (day, ten), five in zip(points, first, strict=True)]


MAKES: dict[str, Make] = {
    **dict.fromkeys(("DGS3MO", "DGS2", "DGS10", "DGS30", "T10YIE"), drawn),
    "DGS1MO": _of(("DGS3MO", "DGS2"), lambda bill, _: max(0.0, bill - 0.02)),
    "DGS6MO": between("DGS3MO", "DGS2", 0.15),
    "DGS1": between("DGS3MO", "DGS2", 0.45),
    "DGS5": between("DGS2", "DGS10", 0.35),
    "DFII5": five_years_real,
    "DFII10": _of(("DGS10", "T10YIE"), lambda nominal, inflation: nominal - inflation),
    "T5YIFR": later_inflation,
    "T10Y2Y": _of(("DGS10", "DGS2"), lambda ten, two: ten - two),
}
