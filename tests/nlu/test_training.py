"""Training data is read strictly: whatever is not as we write it is named with file, line and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlu import training
from nlu.training import TrainingError
from tests.nlu.conftest import Folder

GOOD = """version: "3.1"
nlu:
- intent: passport
  examples: |
    - cara buat paspor
    - paspor hilang
- intent: visa
  examples: |
    - visa kerja itu apa
"""
DANGER = """- {text: majikan memukul saya, kinds: [violence], lang: id}
- {text: filmnya seru, kinds: [], lang: id}
"""


def problems(root: Path) -> list[str]:
    with pytest.raises(TrainingError) as caught:
        training.read(root)
    return [line.removeprefix(f"{root}/") for line in caught.value.problems]


def test_examples_keep_their_topic_language_and_module(folder: Folder) -> None:
    data = training.read(folder({"id/routes.yml": GOOD, "danger/all.yml": DANGER}))
    assert [(e.text, e.intent, e.language, e.module) for e in data.examples] == [
        ("cara buat paspor", "passport", "id", "routes"),
        ("paspor hilang", "passport", "id", "routes"),
        ("visa kerja itu apa", "visa", "id", "routes"),
    ]
    assert [(d.text, d.kinds) for d in data.danger] == [
        ("majikan memukul saya", ("violence",)),
        ("filmnya seru", ()),
    ]
    assert data.intents == ("passport", "visa")
    assert data.modules == {"passport": "routes", "visa": "routes"}


@pytest.mark.parametrize(
    ("right", "wrong", "problem"),
    [
        ('"3.1"', '"2.0"', '1: version must be "3.1"'),
        ("nlu:", "stories:", "1: the file must hold exactly `version` and `nlu`"),
        (GOOD, 'version: "3.1"\nnlu: passport\n', "1: `nlu` must be a list of intents"),
        ("    - paspor", "    paspor", "6: an example must start with a dash and a space"),
        ("    - paspor", "    -paspor", "6: an example must start with a dash and a space"),
        ("intent: visa", "intent: passport", "7: intent passport stands twice in this file"),
        ("intent: visa", "topic: visa", "7: a block must hold exactly `intent` and `examples`"),
        ("intent: visa", "intent: 5", "7: `intent` must be a topic id"),
        ("examples: |\n    - visa", "examples:\n    - visa", "9: `examples` must be a block of text"),
        ("- intent: visa", "\t- intent: visa", "7: not valid YAML"),
        ("    - visa kerja itu apa\n", "    - visa\nnlu: []\n", "10: not valid YAML"),
    ],
)
def test_a_slip_is_named_with_file_line_and_remedy(
    folder: Folder, right: str, wrong: str, problem: str
) -> None:
    found = problems(folder({"id/routes.yml": GOOD.replace(right, wrong)}))
    assert len(found) == 1
    assert found[0].startswith(f"id/routes.yml:{problem}")


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("- {text: halo, kinds: []}", "an entry must hold exactly `text`, `kinds` and `lang`"),
        ("- {text: '', kinds: [], lang: id}", "`text` must be a message"),
        ("- {text: halo, kinds: [fire], lang: id}", "`kinds` must be a list of violence, "),
        ("- {text: halo, kinds: violence, lang: id}", "`kinds` must be a list of violence, "),
        ("- {text: halo, kinds: [], lang: fr}", "`lang` must be one of id, jv"),
    ],
)
def test_a_slip_in_the_danger_examples_is_named_too(folder: Folder, entry: str, problem: str) -> None:
    found = problems(folder({"id/routes.yml": GOOD, "danger/all.yml": DANGER + entry + "\n"}))
    assert len(found) == 1
    assert found[0].startswith(f"danger/all.yml:3: {problem}")


def test_all_problems_of_all_files_are_told_at_once(folder: Folder) -> None:
    broken = GOOD.replace("    - cara", "    cara").replace("    - visa", "    visa")
    found = problems(
        folder({"id/routes.yml": broken, "en/money.yml": "version: 1\n", "danger/all.yml": "{}"})
    )
    places = [line.split(": ")[0] for line in found]
    assert places == ["id/routes.yml:5", "id/routes.yml:9", "en/money.yml:1", "danger/all.yml:1"]


def test_a_file_that_is_no_text_is_named(folder: Folder) -> None:
    root = folder({"id/routes.yml": GOOD})
    (root / "id" / "money.yml").write_bytes(b"\xff\xfe\x00")
    (problem,) = problems(root)
    assert problem.startswith("id/money.yml:1: not readable as UTF-8 YAML")


def test_an_empty_folder_says_what_it_looked_for(tmp_path: Path) -> None:
    assert problems(tmp_path) == [
        f"{tmp_path}:1: no training examples found (looked for <language>/<module>.yml)"
    ]


def test_the_fingerprint_follows_every_byte_and_name(folder: Folder) -> None:
    root = folder({"id/routes.yml": GOOD})
    first = training.fingerprint(root)
    assert training.fingerprint(root) == first
    (root / "id" / "routes.yml").write_text(GOOD + " ", encoding="utf-8")
    second = training.fingerprint(root)
    (root / "id" / "routes.yml").rename(root / "id" / "skills.yml")
    assert len({first, second, training.fingerprint(root)}) == 3
