"""Material changes: an article that told something wrong, and who may still believe it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from content.fields import Fields
from content.hashing import digest
from content.model import frozen

FIELDS = ("date", "what")
WHAT_LIMIT = 200
EXAMPLE = 'Write {date: 2026-11-24, what: "The wage was wrong: it is ..."}'


@dataclass(frozen=True, slots=True)
class Correction:
    """The newest material change of a topic's article, in words for its readers.

    `before` is the last version of the content without it and `after` the first with it, as far as they are
    known: the versions that this installation has served.
    """

    topic: str
    day: date
    what: str
    before: str | None = None
    after: str | None = None

    @property
    def key(self) -> str:
        """A name for exactly this correction."""
        return digest(self.topic, self.day.isoformat(), self.what)


@dataclass(frozen=True, slots=True)
class History:
    """Which corrections each version of the content held, in the order in which they were first served."""

    served: Mapping[str, frozenset[str]] = field(default_factory=lambda: frozen({}))

    def serving(self, version: str, keys: Collection[str]) -> "History":
        """With this version at the end, unless it was served before."""
        if version in self.served:
            return self
        return History(frozen({**self.served, version: frozenset(keys)}))

    def around(self, key: str) -> tuple[str | None, str | None]:
        """The last version before the correction came, and the first that held it."""
        before: str | None = None
        for version, keys in self.served.items():
            if key in keys:
                return before, version
            before = version
        return before, None


def read_correction(fields: Fields, topic: str) -> Correction | None:
    """The field `correction` of an article."""
    if not fields.has("correction"):
        return None
    inner = Fields(fields.mapping.items["correction"], fields.report, FIELDS, "'correction'")
    if not inner.valid:
        return None
    what = inner.text("what", EXAMPLE)
    if len(what) > WHAT_LIMIT:
        inner.wrong("what", f"has {len(what)} characters, {WHAT_LIMIT} are allowed", "Say it in a sentence")
    return Correction(topic, inner.day("date"), what)


def given_old_text(
    correction: Correction | None, history: History, version: str, shown_on: date | None
) -> bool | None:
    """Whether somebody who was shown this topic under this version of the content read the wrong text.

    Where the version is not known the day decides, and the day of the correction itself counts as before
    it: better told once too often. None when neither is known.
    """
    if correction is None:
        return False
    keys = history.served.get(version)
    if keys is not None:
        return correction.key not in keys
    return None if shown_on is None else shown_on <= correction.day
