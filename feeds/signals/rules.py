"""The thresholds of all signals together, as the settings hold them: `[signals.repo]`, `[signals.oil]` and so on."""

from msgspec import Struct

from feeds.signals.thresholds import CurveRule, FlowsRule, OilRule, RepoRule, ShareRule


class Rules(Struct, frozen=True):
    """One part for each subject. Changing a threshold changes what is shown now, history and studies alike."""

    repo: RepoRule = RepoRule()
    flows: FlowsRule = FlowsRule()
    share: ShareRule = ShareRule()
    oil: OilRule = OilRule()
    curve: CurveRule = CurveRule()
