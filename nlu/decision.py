"""Which rung of the ladder answers a message. A pure function with named limits."""

from collections.abc import Collection, Sequence

from nlu.types import OUT_OF_SCOPE, Decision, Scored

ANSWER_FROM = 0.55
AHEAD_BY = 0.15
CHOOSE_FROM = 0.15

# Held out, heeding this much suspicion of another subject halves the wrong answers to such messages and
# costs 2 % of all answers.
ELSEWHERE_BELOW = 0.05
SERVICE_FROM = 0.45
REJECT_BELOW = 0.08


def decide(
    ranking: Sequence[Scored], raw_best: float, service: Collection[str], *, danger: bool, found: bool
) -> Decision:
    """`raw_best`: best score before scaling. `found`: the search has passages. Danger is never outvoted."""
    if danger:
        return Decision.DANGER
    if not ranking:
        return Decision.PERSON
    best = ranking[0]
    second = ranking[1].confidence if len(ranking) > 1 else 0.0
    elsewhere = next((s.confidence for s in ranking if s.topic == OUT_OF_SCOPE), 0.0)
    clear = best.confidence - second >= AHEAD_BY
    if best.topic == OUT_OF_SCOPE:
        if best.confidence >= SERVICE_FROM and clear:
            return Decision.PERSON
    elif best.topic in service:
        if best.confidence >= SERVICE_FROM and clear:
            return Decision.SERVICE
    elif best.confidence >= ANSWER_FROM and clear and elsewhere < ELSEWHERE_BELOW:
        return Decision.ANSWER
    if best.confidence >= CHOOSE_FROM and raw_best >= REJECT_BELOW and best.topic != OUT_OF_SCOPE:
        return Decision.CHOOSE
    return Decision.SEARCH if found else Decision.PERSON
