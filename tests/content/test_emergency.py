"""Whom somebody in danger is told to call: the shipped contacts in the order that helps."""

from pathlib import Path

import pytest

from content.draft import read
from content.emergency import contacts
from content.model import DANGER_KINDS

KNOWN = [placed.contact for placed in read(Path(__file__).parents[2] / "content").contacts]


def ids(*kinds: str, destination: str | None = None, limit: int = 4) -> list[str]:
    return [contact.id for contact in contacts(KNOWN, frozenset(kinds), destination, limit)]


@pytest.mark.parametrize(
    ("kind", "first"),
    [
        ("self-harm", ["healing119"]),
        ("violence", ["sapa-129", "polri-110"]),
        ("sexual-violence", ["sapa-129", "polri-110"]),
        ("child", ["sapa-129", "polri-110"]),
        ("medical", ["darurat-112"]),
        ("confinement", ["polri-110"]),
        ("trafficking", ["kemlu-wni", "kp2mi-hotline", "polri-110"]),
        ("disaster", ["kemlu-wni"]),
    ],
)
def test_without_a_destination_the_line_for_this_danger_comes_first(kind: str, first: list[str]) -> None:
    assert ids(kind)[: len(first)] == first


@pytest.mark.parametrize(
    ("destination", "kind", "expected"),
    [
        ("TW", "violence", ["kdei-taipei", "taiwan-1955", "taiwan-113", "kemlu-wni"]),
        ("MY", "child", ["kbri-kuala-lumpur", "my-999", "my-talian-kasih", "kemlu-wni"]),
        ("HK", "medical", ["hk-999", "kjri-hongkong"]),
        ("SG", "self-harm", ["sg-emergency", "kbri-singapura", "healthserve-singapore", "kemlu-wni"]),
        ("SA", "violence", ["kbri-riyadh", "kemlu-wni"]),
    ],
)
def test_abroad_come_numbers_that_work_there_and_then_a_ministry(
    destination: str, kind: str, expected: list[str]
) -> None:
    assert ids(kind, destination=destination)[: len(expected)] == expected


@pytest.mark.parametrize("destination", ["TW", "HK", "MY", "SG", "KR", "JP", "SA", "ME", "NZ", "XX"])
@pytest.mark.parametrize("kind", DANGER_KINDS)
def test_abroad_every_number_can_be_dialled_from_there(kind: str, destination: str) -> None:
    found = contacts(KNOWN, frozenset({kind}), destination, 4)
    assert found
    assert "kemlu-wni" in [contact.id for contact in found]
    for contact in found:
        local = contact.destination == destination
        assert local or any(number.number.startswith("+") for number in contact.numbers)


@pytest.mark.parametrize("destination", [None, "ID", "TW", "SA"])
def test_without_a_known_kind_there_are_general_numbers(destination: str | None) -> None:
    found = ids(destination=destination)
    assert found
    assert "healing119" not in found


@pytest.mark.parametrize("limit", [0, 1, 2, 10])
def test_the_limit_is_kept_and_nobody_comes_twice(limit: int) -> None:
    for destination in (None, "MY"):
        found = ids("violence", destination=destination, limit=limit)
        assert len(found) <= limit
        assert len(set(found)) == len(found)


def test_every_emergency_contact_has_a_number() -> None:
    for kind in DANGER_KINDS:
        for destination in (None, "TW", "SG", "AU"):
            assert all(contact.numbers for contact in contacts(KNOWN, frozenset({kind}), destination, 4))
