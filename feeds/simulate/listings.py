"""What is traded in the simulated market: one row for each instrument of each venue."""

from typing import Literal

from msgspec import Struct


class Listing(Struct, frozen=True):
    """One instrument.

    `contract`: BTC per unit of quantity, or dollars per unit where `inverse`. `tick`: places a price is rounded to;
    `places`: places it is written with. `lot`: places of a quantity, below zero where it comes in tens or hundreds.
    `basis_bp`: where it trades against the common price. `per_s`: trades a second at rate 1, of `mean_btc` each.
    `share`: its part of all liquidations.
    `fills`: it tells of them among its trades, where the one closed is the taker, or may be `either` side.
    `oi_btc`: open interest at the start.
    """

    venue: str
    symbol: str
    kind: Literal["spot", "perpetual"]
    basis_bp: float
    per_s: float
    mean_btc: float
    tick: int = 2
    places: int = 2
    lot: int = 8
    contract: float = 1.0
    inverse: bool = False
    share: float = 0.0
    fills: Literal["", "taker", "either"] = ""
    oi_btc: float = 0.0

    @property
    def key(self) -> tuple[str, str]:
        """Venue and symbol: what names an instrument."""
        return self.venue, self.symbol

    def price(self, value: float) -> float:
        """A price on the instrument's grid."""
        return round(value, self.tick)

    def quantity(self, btc: float, price: float) -> float:
        """So many bitcoin in the venue's unit, on its grid, at least one lot."""
        units = btc * price / self.contract if self.inverse else btc / self.contract
        return max(round(units, self.lot), 10.0**-self.lot)

    def btc(self, quantity: float, price: float) -> float:
        """A quantity in bitcoin."""
        return quantity * self.contract / price if self.inverse else quantity * self.contract

    def usd(self, quantity: float, price: float) -> float:
        """A quantity in dollars."""
        return quantity * self.contract if self.inverse else quantity * self.contract * price

    def price_text(self, value: float) -> str:
        """A price as the venue writes it."""
        return f"{value:.{self.places}f}"

    def quantity_text(self, value: float) -> str:
        """A quantity as the venue writes it."""
        return f"{value:.{max(0, self.lot)}f}"


LISTINGS = (
    Listing("binance", "BTCUSDT", "spot", 0.0, 4.0, 0.040, lot=5),
    Listing("binance_usdm", "BTCUSDT", "perpetual", -4.0, 5.0, 0.080, tick=1, lot=3, share=0.42, oi_btc=92_000.0),
    Listing(
        "binance_coinm",
        "BTCUSD_PERP",
        "perpetual",
        basis_bp=0.8,
        per_s=0.6,
        mean_btc=0.050,
        tick=1,
        places=1,
        lot=0,
        contract=100.0,
        inverse=True,
        share=0.05,
        oi_btc=6_500.0,
    ),
    Listing("bybit", "BTCUSDT", "perpetual", -3.5, 3.0, 0.060, tick=1, lot=3, share=0.30, oi_btc=53_000.0),
    Listing("bybit", "BTCUSD", "perpetual", 1.0, 0.4, 0.030, tick=1, lot=0, inverse=True, share=0.05, oi_btc=9_500.0),
    Listing("okx", "BTC-USDT", "spot", 0.3, 1.5, 0.030, tick=1, places=1),
    Listing(
        "okx",
        "BTC-USDT-SWAP",
        "perpetual",
        basis_bp=-3.8,
        per_s=2.5,
        mean_btc=0.070,
        tick=1,
        places=1,
        lot=2,
        contract=0.01,
        share=0.20,
        oi_btc=31_000.0,
    ),
    Listing(
        "okx",
        "BTC-USD-SWAP",
        "perpetual",
        basis_bp=0.5,
        per_s=0.3,
        mean_btc=0.040,
        tick=1,
        places=1,
        lot=1,
        contract=100.0,
        inverse=True,
        share=0.03,
        oi_btc=7_000.0,
    ),
    Listing("coinbase", "BTC-USD", "spot", 3.0, 2.0, 0.035),
    Listing("kraken", "BTC/USD", "spot", 1.5, 1.0, 0.045, tick=1, places=1),
    Listing(
        "kraken_futures",
        "PF_XBTUSD",
        "perpetual",
        basis_bp=-1.0,
        per_s=0.7,
        mean_btc=0.030,
        tick=0,
        lot=4,
        share=0.02,
        fills="taker",
        oi_btc=2_100.0,
    ),
    Listing(
        "kraken_futures",
        "PI_XBTUSD",
        "perpetual",
        basis_bp=0.6,
        per_s=0.3,
        mean_btc=0.020,
        tick=0,
        lot=0,
        inverse=True,
        share=0.01,
        fills="taker",
        oi_btc=900.0,
    ),
    Listing("bitstamp", "btcusd", "spot", 1.0, 0.8, 0.030, tick=0, places=0),
    Listing(
        "deribit",
        "BTC-PERPETUAL",
        "perpetual",
        basis_bp=0.7,
        per_s=1.2,
        mean_btc=0.080,
        tick=0,
        lot=0,
        contract=10.0,
        inverse=True,
        share=0.05,
        fills="either",
        oi_btc=14_000.0,
    ),
    Listing(
        "deribit",
        "BTC_USDC-PERPETUAL",
        "perpetual",
        basis_bp=-2.0,
        per_s=0.4,
        mean_btc=0.040,
        tick=0,
        lot=4,
        share=0.02,
        fills="either",
        oi_btc=1_800.0,
    ),
    Listing(
        "gate",
        "BTC_USDT",
        "perpetual",
        basis_bp=-3.2,
        per_s=0.8,
        mean_btc=0.05,
        tick=1,
        places=1,
        lot=1,
        contract=0.0001,
        share=0.08,
        oi_btc=10_500.0,
    ),
    Listing(
        "htx",
        "BTC-USDT",
        "perpetual",
        basis_bp=-2.6,
        per_s=0.6,
        mean_btc=0.03,
        tick=1,
        places=1,
        lot=0,
        contract=0.001,
        share=0.03,
        oi_btc=3_900.0,
    ),
    Listing(
        "bitget",
        "BTCUSDT",
        "perpetual",
        basis_bp=-3.6,
        per_s=0.8,
        mean_btc=0.05,
        tick=1,
        places=1,
        lot=4,
        share=0.08,
        oi_btc=18_000.0,
    ),
    Listing("bitfinex", "tBTCUSD", "spot", 1.8, 0.4, 0.050, tick=0, places=0),
    Listing(
        "bitfinex",
        "tBTCF0:USTF0",
        "perpetual",
        basis_bp=-1.5,
        per_s=0.3,
        mean_btc=0.04,
        tick=0,
        places=0,
        lot=8,
        share=0.015,
        oi_btc=1_300.0,
    ),
    Listing(
        "hyperliquid",
        "BTC",
        "perpetual",
        basis_bp=-2.2,
        per_s=1.2,
        mean_btc=0.05,
        tick=0,
        places=1,
        lot=5,
        oi_btc=27_000.0,
    ),
)
VENUES = tuple(dict.fromkeys(row.venue for row in LISTINGS))


def of(venue: str) -> tuple[Listing, ...]:
    """What one venue lists, its main instrument first."""
    return tuple(row for row in LISTINGS if row.venue == venue)
