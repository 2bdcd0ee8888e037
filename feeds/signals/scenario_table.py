"""The evidence of the scenario board as data: for each row and scenario, what it takes to support it."""

from typing import Literal, NamedTuple

from feeds.topics.scenarios import ScenarioName

Sign = Literal["is", "<", "<=", ">", ">="]


class Condition(NamedTuple):
    """A reading is to be so. `limit` names a threshold of `ScenarioRule`; with "is" it is the label itself."""

    reading: str
    sign: Sign
    limit: str


class Claim(NamedTuple):
    """All of `conditions` together support a scenario; with `none`, that they are not all fulfilled does.

    `words` say so, with thresholds by name in braces.
    """

    words: str
    conditions: tuple[Condition, ...]
    none: bool = False


class Row(NamedTuple):
    """One row of evidence. A scenario that is not among `claims` is one of which it says nothing."""

    name: str
    label: str
    readings: tuple[str, ...]
    claims: dict[ScenarioName, Claim]


SCENARIOS: dict[ScenarioName, str] = {
    "normal": "back to normal",
    "tollbooth": "toll booth",
    "blockade": "blockade",
    "empire": "empire strikes back",
}

_DEAR_MONEY_FALLING_STOCKS = (
    Condition("dgs10.20d", ">", "yield_up_20d"),
    Condition("spy.20d", "<", "stocks_down_20d_pct"),
)
_UP_AND_DOWN = "10y yield up (> {yield_up_20d:g}) and S&P 500 down (< {stocks_down_20d_pct:g} %) over 20 d"
_MOVE_RISING = Claim("MOVE rising over 20 d (> {move_rising_20d:g})", (Condition("move.20d", ">", "move_rising_20d"),))
_CUSTODY_FALLING = Claim(
    "falling over 13 weeks (< {custody_falling_13w_bn:g} $bn)",
    (Condition("custody.13w", "<", "custody_falling_13w_bn"),),
)
_BOTH = Claim(_UP_AND_DOWN, _DEAR_MONEY_FALLING_STOCKS)

TABLE: tuple[Row, ...] = (
    Row(
        "oil_label",
        "oil, 5 d label",
        ("oil.leg.5d",),
        {
            "normal": Claim("front-led easing", (Condition("oil.leg.5d", "is", "front-led easing"),)),
            "blockade": Claim("front-led squeeze", (Condition("oil.leg.5d", "is", "front-led squeeze"),)),
            "empire": Claim("back-led catch-up", (Condition("oil.leg.5d", "is", "back-led catch-up"),)),
        },
    ),
    Row(
        "backwardation",
        "backwardation (CL1 - CL6)",
        ("oil.backwardation", "oil.ratio", "oil.ratio.20d"),
        {
            "normal": Claim(
                "under ${normal_backwardation_usd:g}",
                (Condition("oil.backwardation", "<", "normal_backwardation_usd"),),
            ),
            "tollbooth": Claim(
                "over ${tollbooth_backwardation_usd:g}",
                (Condition("oil.backwardation", ">", "tollbooth_backwardation_usd"),),
            ),
            "blockade": Claim(
                "over ${blockade_backwardation_usd:g}",
                (Condition("oil.backwardation", ">", "blockade_backwardation_usd"),),
            ),
            "empire": Claim(
                "CL6/CL1 rising over 20 d (> {ratio_rising_20d:g}) toward {ratio_level:g}",
                (
                    Condition("oil.ratio.20d", ">", "ratio_rising_20d"),
                    Condition("oil.ratio", "<=", "ratio_level"),
                ),
            ),
        },
    ),
    Row(
        "move",
        "MOVE",
        ("move.level", "move.20d"),
        {
            "normal": Claim("under {normal_move:g}", (Condition("move.level", "<", "normal_move"),)),
            "tollbooth": _MOVE_RISING,
            "blockade": _MOVE_RISING,
            "empire": Claim("over {empire_move:g}", (Condition("move.level", ">", "empire_move"),)),
        },
    ),
    Row(
        "custody",
        "Fed custody for foreign officials, 13 weeks",
        ("custody.13w",),
        {
            "normal": Claim(
                "flat or up (>= {custody_falling_13w_bn:g} $bn)",
                (Condition("custody.13w", ">=", "custody_falling_13w_bn"),),
            ),
            "tollbooth": Claim(
                "{tollbooth_custody_13w_bn:g} $bn or less",
                (Condition("custody.13w", "<=", "tollbooth_custody_13w_bn"),),
            ),
            "blockade": _CUSTODY_FALLING,
            "empire": _CUSTODY_FALLING,
        },
    ),
    Row(
        "gold_dollar",
        "gold and the dollar index, 13 weeks",
        ("gold.13w", "dxy.13w"),
        {
            "tollbooth": Claim(
                "gold up (> {gold_up_13w_pct:g} %) and dollar down (< {dollar_down_13w_pct:g} %)",
                (
                    Condition("gold.13w", ">", "gold_up_13w_pct"),
                    Condition("dxy.13w", "<", "dollar_down_13w_pct"),
                ),
            ),
            "blockade": Claim(
                "dollar not up (<= {dollar_up_13w_pct:g} %)", (Condition("dxy.13w", "<=", "dollar_up_13w_pct"),)
            ),
            "empire": Claim("gold up (> {gold_up_13w_pct:g} %)", (Condition("gold.13w", ">", "gold_up_13w_pct"),)),
        },
    ),
    Row(
        "exports_cips",
        "US gold exports and CIPS value, y/y",
        ("gold.exports.yoy", "cips.value.yoy"),
        {
            "tollbooth": Claim(
                "exports > {gold_exports_yoy_pct:+g} % and CIPS up (> {cips_up_yoy_pct:g} %)",
                (
                    Condition("gold.exports.yoy", ">", "gold_exports_yoy_pct"),
                    Condition("cips.value.yoy", ">", "cips_up_yoy_pct"),
                ),
            ),
        },
    ),
    Row(
        "yield_stocks",
        "10y yield up and S&P 500 down, 20 d",
        ("dgs10.20d", "spy.20d"),
        {
            "normal": Claim(f"not: {_UP_AND_DOWN}", _DEAR_MONEY_FALLING_STOCKS, none=True),
            "tollbooth": _BOTH,
            "blockade": _BOTH,
            "empire": _BOTH,
        },
    ),
    Row(
        "cards",
        "card delinquency rate, 4 quarters",
        ("fragility.cards.4q",),
        {
            "normal": Claim(
                "rising (> {cards_rising_4q:g} points): the AI credit story",
                (Condition("fragility.cards.4q", ">", "cards_rising_4q"),),
            ),
        },
    ),
    Row("btc_igv", "BTC / IGV, 20 d", ("btc_igv.20d",), {}),
)
