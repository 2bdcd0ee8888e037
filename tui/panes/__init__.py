"""The panes, one file each, in the order of their number keys; that of the tenth is 0."""

from tui.pane import Pane
from tui.panes.curve import CurvePane
from tui.panes.derivatives import DerivativesPane
from tui.panes.feeds import FeedsPane
from tui.panes.flows import FlowsPane
from tui.panes.liquidations import LiquidationsPane
from tui.panes.macro import MacroPane
from tui.panes.price import PricePane
from tui.panes.regime import RegimePane
from tui.panes.repo import RepoPane
from tui.panes.share import SharePane

PANES: dict[str, type[Pane]] = {
    "price": PricePane,
    "liquidations": LiquidationsPane,
    "feeds": FeedsPane,
    "derivatives": DerivativesPane,
    "macro": MacroPane,
    "curve": CurvePane,
    "repo": RepoPane,
    "flows": FlowsPane,
    "share": SharePane,
    "regime": RegimePane,
}
"""By name: the id of the pane on the screen, and what `tui.layout` and `app.tcss` call it."""
