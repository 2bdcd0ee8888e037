"""The thresholds of all signals together, as the settings hold them: `[signals.repo]`, `[signals.oil]` and so on."""

from msgspec import Struct

from feeds.signals.thresholds import (
    CurveRule,
    DollarRule,
    DriversRule,
    FlowsRule,
    FragilityRule,
    HedgeRule,
    LevelRule,
    OilRule,
    RegimeRule,
    RepoRule,
    ScenarioRule,
    ShareRule,
    StudyRule,
    VerdictRule,
)


class Rules(Struct, frozen=True):
    """One part for each subject. Changing a threshold changes what is shown now, history and studies alike."""

    repo: RepoRule = RepoRule()
    flows: FlowsRule = FlowsRule()
    share: ShareRule = ShareRule()
    oil: OilRule = OilRule()
    curve: CurveRule = CurveRule()
    drivers: DriversRule = DriversRule()
    regime: RegimeRule = RegimeRule()
    verdict: VerdictRule = VerdictRule()
    levels: LevelRule = LevelRule()
    scenarios: ScenarioRule = ScenarioRule()
    hedge: HedgeRule = HedgeRule()
    dollar: DollarRule = DollarRule()
    fragility: FragilityRule = FragilityRule()
    study: StudyRule = StudyRule()
