"""Understanding of messages: topic, danger, country, language. `load` once, then `understand` each."""

from nlu.training import TrainingError
from nlu.types import Context, DangerSign, Decision, PastTurn, Scored, Understanding
from nlu.understander import SearchFunction, Understander, load

__all__ = [
    "Context",
    "DangerSign",
    "Decision",
    "PastTurn",
    "Scored",
    "SearchFunction",
    "TrainingError",
    "Understander",
    "Understanding",
    "load",
]
