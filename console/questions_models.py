"""What the console asks of the models: likeness, training, comparison, the change to another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from console.wording import msg
from storage.questions import Example

TRAINING, MEASURING, FAILED = "training", "measuring", "failed"
STEPS = {
    TRAINING: msg("Melatih model"),
    MEASURING: msg("Mengukur model lama dan baru"),
    FAILED: msg("Pelatihan gagal. Model yang dipakai tidak berubah."),
}
FIGURES = {
    "first": msg("topik benar"),
    "among_three": msg("topik benar di antara tiga"),
    "in_dialogues": msg("topik benar dalam percakapan"),
    "answered_wrongly": msg("dijawab tapi salah"),
    "dead_ends": msg("tidak terjawab padahal bisa"),
    "out_of_scope_answered": msg("dijawab padahal di luar cakupan"),
    "danger_found": msg("tanda bahaya ditemukan"),
    "false_alarms": msg("tanda bahaya palsu"),
    "destination": msg("negara benar"),
    "id": msg("topik benar, Indonesia"),
    "jv": msg("topik benar, Jawa"),
    "su": msg("topik benar, Sunda"),
    "en": msg("topik benar, Inggris"),
}
VERDICTS = {"better": msg("membaik"), "worse": msg("memburuk"), "other": msg("berubah")}


class ModelUnusable(Exception):
    """The model cannot be loaded; the one that serves goes on."""


@dataclass(frozen=True, slots=True)
class Twin:
    """A sentence that is learned from already, and nearly the same."""

    text: str
    topic: str


@dataclass(frozen=True, slots=True)
class Work:
    """A training under way, or one that failed: `done` of `total` parts of the measuring."""

    step: str
    since: datetime
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Version:
    """A trained model. `examples` of the staff are in it; the shipped one has none and no time."""

    name: str
    trained_at: datetime | None = None
    examples: int = 0


@dataclass(frozen=True, slots=True)
class Status:
    """`before` is what one can go back to.

    `report` compares the `newest` version with the one that served when it was trained: `figures` as (name,
    old, new, whether less is better), `changed` answers, and `counts` of them by verdict.
    """

    live: Version
    before: Version | None
    newest: Version | None
    report: Mapping[str, Any] | None
    work: Work | None

    @property
    def busy(self) -> bool:
        return self.work is not None and self.work.step != FAILED


class Models(Protocol):
    """The models of the bot."""

    @property
    def modules(self) -> Mapping[str, str]:
        """Every topic that can be learned, with its module; those of the service, too."""

    async def groups(self, texts: Sequence[str]) -> list[list[int]]:
        """Places in `texts`, put together by likeness, the largest group first."""

    async def twins(self, new: Sequence[Example], others: Sequence[Example]) -> list[Twin | None]:
        """For each new example what says the same already: shipped, among `others`, or new before it."""

    async def keep(self, examples: Sequence[Example]) -> None:
        """Write all examples of the staff to the review files."""

    async def status(self) -> Status:
        """Which model serves, and how the newest compares."""

    async def train(self, examples: Sequence[Example]) -> bool:
        """Train and measure a new version in the background. False while one is under way."""

    async def switch(self, name: str) -> None:
        """Let a version serve from the next message on. Raises KeyError, ModelUnusable."""

    async def back(self) -> None:
        """Let the version before serve again. Raises KeyError where there is none, ModelUnusable."""
