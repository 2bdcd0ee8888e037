"""Which series their publishers revise after they came out: today's number of an earlier day may be another than then.

`tail`: the newest few periods with each release, and more of them once a year. `whole`: the whole past is estimated
anew each time. Rates of an administration, balances, prices and counts of a day are published once.
"""

from typing import Literal

How = Literal["never", "tail", "whole"]

_TAIL = frozenset((
    "CPIAUCSL", "CPILFESL", "DRCCLACBS", "DTWEXBGS", "ECBASSETSW", "GACDFSA066MSFRBPHI", "GACDISA066MSFRBNY", "GDPC1",
    "GDPNOW", "GOLD.EXPORTS", "GOLD.IMPORTS", "ICSA", "JPNASSETS", "LNS14024887", "M2SL", "PAYEMS", "PCEPI", "PCEPILFE",
    "TOTBKCR", "UNRATE", "WM2NS",
))  # fmt: skip
_WHOLE = frozenset(("CFNAI", "DLOD", "DLOD.PEAK", "NFCI", "RDE", "RDE.HIGH", "RDE.LOW", "STLFSI4"))


def revised(id_: str) -> How:
    """How much of a series is revised after it came out."""
    return "whole" if id_ in _WHOLE else "tail" if id_ in _TAIL else "never"
