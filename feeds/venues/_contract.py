"""What one contract is worth, where a venue counts in contracts."""

from msgspec import Struct

from feeds.venue import positive


class Contract(Struct, frozen=True, gc=False):
    """`value` of one contract: BTC if linear, dollars if inverse."""

    value: float
    inverse: bool

    def btc_usd(self, contracts: float, price: float) -> tuple[float, float]:
        """Bitcoin and dollars of so many contracts. Raises `Reject` where they are too many or too few for a number."""
        amount = contracts * self.value
        btc, usd = (amount / price, amount) if self.inverse else (amount, amount * price)
        return positive(btc, "size in BTC"), positive(usd, "size in dollars")
