"""What the content's checks say, in the language of whoever reads it."""

from __future__ import annotations

from collections.abc import Callable

from content.problems import Problem


def fault_in(locale: str) -> Callable[[Problem], str]:
    """A function that says a problem and its remedy."""

    def fault(problem: Problem) -> str:
        return f"{problem.what}. {problem.remedy}."

    return fault
