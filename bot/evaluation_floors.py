"""The floors under the figures of an evaluation: `nlu/evaluation/floors.yml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.evaluation import EVALUATION

FLOORS = EVALUATION / "floors.yml"


class FloorsError(Exception):
    """The file of floors cannot be used; the message says what to mend."""


class Floors(BaseModel):
    """Figures by their path, such as `all.topic.first`, with the worst that is let through."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at_least: dict[str, float]
    at_most: dict[str, float]


def read_floors() -> Floors:
    """Raises FloorsError."""
    try:
        return Floors.model_validate(YAML(typ="safe").load(FLOORS.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, YAMLError, ValidationError) as error:
        raise FloorsError(
            f"{FLOORS}: must hold `at_least` and `at_most` with a number a figure: {error}"
        ) from error


def broken(floors: Floors, figures: Mapping[str, Any]) -> list[str]:
    """What is worse than it may be, a line each; none if all hold. Raises FloorsError for unknown figures."""
    return [*_worse(floors.at_least, figures, 1), *_worse(floors.at_most, figures, -1)]


def _worse(limits: Mapping[str, float], figures: Mapping[str, Any], sign: int) -> Iterator[str]:
    for name, limit in limits.items():
        value = _figure(name, figures)
        if sign * value < sign * limit:
            bound = "under its floor of" if sign > 0 else "over its limit of"
            yield f"{name} is {value:.4f}, {bound} {limit:.4f}"


def _figure(name: str, figures: Mapping[str, Any]) -> float:
    value: Any = figures
    for part in name.split("."):
        if not isinstance(value, Mapping) or part not in value:
            raise FloorsError(
                f"{FLOORS}: there is no figure {name}; `bekal nlu test --json` shows those there are"
            )
        value = value[part]
    if not isinstance(value, int | float):
        raise FloorsError(f"{FLOORS}: {name} is not a number but {value!r}")
    return float(value)
