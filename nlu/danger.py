"""Signs of danger by rule. The lists are `lexicon/danger.yml` and `lexicon/guards.yml`; here is how they
weigh.

A sign counts from THRESHOLD. A harm alone does not reach it; a harm to the writer or to somebody they know
does, unless the message speaks in general, of what is long over, of what was read, or laughs. Nothing that
a model says can lower a sign: the model only adds (see `danger_model.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from ruamel.yaml import YAML

from nlu import lexicons
from nlu.patterns import Found, PatternIndex, compiled
from nlu.training import DANGER_KINDS
from nlu.types import DangerSign

HELP = "help"
HELP_KIND = "threat"

# The more listen beside the rules, the stricter these may be: held out, rules from 2.5 add one dangerous
# message in a hundred to what the model with encoder finds, and four false alarms in a hundred calm ones.
THRESHOLD = 2.5
ALONE_THRESHOLD = 2.0
HEARD_THRESHOLD = 3.5
BASE = {"now": 3.0, "act": 1.25, "weak": 0.25}
VICTIM, VICTIM_ELSEWHERE, UNNAMED, URGENT = 1.25, 1.0, 0.75, 0.75
NEGATED, IF, GENERAL, LONG_OVER, REPORTED, LAUGHED, ANYBODY, ASKED = 3.0, 1.75, 1.5, 3.0, 1.75, 2.5, 1.0, 3.5
SHORT = 14
BARE = 3
NEAR = 3
IF_NEAR = 5
COMPANY = 0.25


@dataclass(frozen=True, slots=True)
class Lists:
    signs: PatternIndex
    guards: dict[str, PatternIndex]
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sign with its weight before the threshold."""

    kind: str
    weight: float
    evidence: str


@cache
def lists() -> Lists:
    """Both files compiled. Raises ValueError for a pattern that cannot be one."""
    yaml = YAML(typ="safe")
    guards = yaml.load(lexicons.FOLDER / "guards.yml")
    words = {name: "".join(row.split()).split("|") for name, row in guards.pop("lists").items()}
    signs = [
        compiled(str(row), f"{kind}/{level}", words)
        for kind, levels in yaml.load(lexicons.FOLDER / "danger.yml").items()
        for level, rows in levels.items()
        for row in rows
    ]
    indexes = {
        name: PatternIndex([compiled(str(row), name, words) for row in rows]) for name, rows in guards.items()
    }
    known = frozenset(word for pattern in signs for element in pattern.elements for word in element.words())
    return Lists(PatternIndex(signs), indexes, known)


def words() -> frozenset[str]:
    """The words that signs are made of, so that spelling repair leaves them alone."""
    return lists().words


@dataclass(frozen=True, slots=True)
class Assessment:
    """All signs found in a message, also those under the threshold, and the guards that hold in it."""

    candidates: tuple[Candidate, ...]
    guards: frozenset[str]

    @property
    def strongest(self) -> float:
        return max((candidate.weight for candidate in self.candidates), default=0.0)

    def with_those_of(self, other: "Assessment") -> "Assessment":
        """The signs and guards of both."""
        return Assessment((*self.candidates, *other.candidates), self.guards | other.guards)

    def signs(self, threshold: float = THRESHOLD) -> tuple[DangerSign, ...]:
        """The signs that count, strongest first, one for each kind."""
        best: dict[str, Candidate] = {}
        for candidate in self.candidates:
            known = best.get(candidate.kind)
            if candidate.weight >= threshold and (known is None or candidate.weight > known.weight):
                best[candidate.kind] = candidate
        if HELP in best and (only_help := best.pop(HELP)) and not best:
            best[HELP_KIND] = only_help
        ordered = sorted(best.items(), key=lambda item: (-item[1].weight, DANGER_KINDS.index(item[0])))
        return tuple(DangerSign(kind, candidate.evidence) for kind, candidate in ordered)

    def marks(self) -> tuple[str, ...]:
        """What the models are told of the rules."""
        found = {f"!{c.kind}" for c in self.candidates}
        found |= {f"!!{c.kind}" for c in self.candidates if c.weight >= ALONE_THRESHOLD}
        return tuple(sorted(found)) + tuple(f"?{guard}" for guard in sorted(self.guards))


def assess(sentences: Sequence[Sequence[str]]) -> Assessment:
    """Weigh every sign in a message, given as the words of its sentences."""
    cleaned = [_without_figures(_joined(words)) for words in sentences]
    facts = [_facts(words) for words in cleaned]
    whole = frozenset[str]().union(*facts)
    length = sum(len(words) for words in cleaned)
    found: list[Candidate] = []
    if 0 < length <= BARE and _is_bare_call([word for words in cleaned for word in words]):
        found.append(Candidate(HELP, BASE["now"], "help/bare: nothing but a call for help"))
    for words, here in zip(cleaned, facts, strict=True):
        seen = list(lists().signs.find(words))
        kinds = {match.pattern.name for match in seen}
        for match in seen:
            kind, level = match.pattern.name.split("/")
            weight = BASE[level] + _context(words, match, here, whole, length)
            if kind == HELP and "ask" in here:
                weight -= ASKED
            if len(kinds) > 1:
                weight += COMPANY
            said = " ".join(words[match.start : match.end])
            found.append(Candidate(kind, weight, f"{match.pattern.name}: {said}"))
    return Assessment(tuple(found), whole)


def _context(
    words: Sequence[str], match: Found, here: frozenset[str], whole: frozenset[str], length: int
) -> float:
    """What the rest of the message adds to a sign or takes from it."""
    weight = 0.0
    if "victim" in here:
        weight += VICTIM
    elif "victim" in whole:
        weight += VICTIM_ELSEWHERE
    elif "anybody" in here:
        weight -= ANYBODY
    elif length <= SHORT:
        weight += UNNAMED
    over = "past" in whole and "closed" in whole
    if "urgent" in whole and not over:
        weight += URGENT
    if _near(words, match, "negation", NEAR):
        weight -= NEGATED
    if _near(words, match, "conditional", IF_NEAR) or ("if" in here and _near(words, match, "fear", NEAR)):
        weight -= IF
    for guard, cost in (("general", GENERAL), ("report", REPORTED), ("joke", LAUGHED)):
        if guard in here:
            weight -= cost
        elif guard in whole:
            weight -= cost / 2
    if over:
        weight -= LONG_OVER
    elif "past" in whole or "closed" in whole:
        weight -= LONG_OVER / 4
    return weight


def _is_bare_call(words: Sequence[str]) -> bool:
    facts = [_facts([word]) for word in words]
    return any("call" in f for f in facts) and all("call" in f or "address" in f for f in facts)


def _near(words: Sequence[str], match: Found, guard: str, reach: int) -> bool:
    """Whether a guard ends within `reach` words before the sign."""
    before = words[max(0, match.start - reach) : match.start]
    return any(True for _ in lists().guards[guard].find(before))


def _facts(words: Sequence[str]) -> frozenset[str]:
    guards = lists().guards
    return frozenset(name for name, index in guards.items() if any(True for _ in index.find(words)))


def _without_figures(words: Sequence[str]) -> tuple[str, ...]:
    figures = list(lists().guards["figure"].find(words))
    if not figures:
        return tuple(words)
    gone = {at for figure in figures for at in range(figure.start, figure.end)}
    return tuple(word for at, word in enumerate(words) if at not in gone)


def _joined(words: Sequence[str]) -> tuple[str, ...]:
    """ "di pukul" is "dipukul": joined where the joined word begins a sign."""
    joined: list[str] = []
    for word in words:
        if joined and joined[-1] == "di" and lists().signs.knows("di" + word):
            joined[-1] = "di" + word
        else:
            joined.append(word)
    return tuple(joined)
