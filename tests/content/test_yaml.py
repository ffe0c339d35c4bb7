"""S16: YAML is read strictly, and the quick reader never differs from ruamel."""

import contextlib
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content import plain_yaml, yaml

REAL = Path(__file__).parents[2] / "content"

PLAIN = """title: UU 18/2017 pasal 5, 13
items:
  - url: https://a.example/b?c=d
    tier: law
  - {id: "x, y", en: 'z'}
  - just text
text: |
  **Bold** first line

    indented
words: [a, "b c", d-e]
flag: true
# a comment
nested: {list: [1, {two: 2}]}
"""


def scalar(text: str) -> object:
    root = yaml.parse(f"key: {text}\n")
    assert isinstance(root, yaml.Mapping)
    value = root.items["key"]
    assert isinstance(value, yaml.Scalar)
    return value.value


@pytest.mark.parametrize(
    "word", ["no", "NO", "off", "yes", "on", "1.5", "2026-11-24", "12:30", "0x10", "1_000"]
)
def test_words_that_older_yaml_turns_into_something_else_stay_text(word: str) -> None:
    assert scalar(word) == word


@pytest.mark.parametrize(
    ("text", "value"), [("true", True), ("~", None), ("12", 12), ('"12"', "12"), ("", None)]
)
def test_only_yaml_1_2_core_values_are_typed(text: str, value: object) -> None:
    assert scalar(text) == value


def test_a_number_keeps_how_it_was_written() -> None:
    root = yaml.parse("number: 0800\n")
    assert isinstance(root, yaml.Mapping)
    assert root.items["number"] == yaml.Scalar("0800", quoted=False, line=1)


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("a: &x 1\nb: 2\n", 1, "Anchors"),
        ("a: 1\nb: *x\n", 2, "Anchors"),
        ("a: 1\nb: !!python/object:os.system x\n", 2, "Tags"),
        ("a: !local x\n", 1, "Tags"),
        ("a: 1\nb: 2\na: 3\n", 3, "'a' is written twice (first on line 1)"),
        ("a:\n  <<: {b: 1}\n", 2, "Merge keys"),
        ("a: 1\n---\nb: 2\n", 2, "second YAML document"),
        ("%YAML 1.1\n---\na: no\n", 2, "directives"),
        ("a: [1, 2\n", 2, "not valid YAML"),
        ("a: b: c\n", 1, "not valid YAML"),
        ("\ta: 1\n", 1, "not valid YAML"),
        ("? [a]\n: 1\n", 1, "key must be a plain word"),
        ("[" * 50 + "]" * 50, 1, "nested too deeply"),
    ],
)
def test_what_is_not_allowed_is_refused_with_its_line(text: str, line: int, part: str) -> None:
    with pytest.raises(yaml.YamlError) as caught:
        yaml.parse(text)
    assert caught.value.line == line
    assert part in caught.value.what
    assert caught.value.remedy


def test_an_alias_bomb_costs_no_time() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
    )
    start = time.process_time()
    with pytest.raises(yaml.YamlError):
        yaml.parse(bomb)
    assert time.process_time() - start < 0.5


def test_an_empty_document_is_nothing() -> None:
    assert yaml.parse("") is None
    assert yaml.parse("# only a comment\n") is None


def test_the_quick_reader_takes_the_plain_shape() -> None:
    assert plain_yaml.parse(PLAIN) == yaml.parse_with_ruamel(PLAIN) is not None


@pytest.mark.parametrize("path", [REAL / "contacts.yml", REAL / "hosts.yml"], ids=lambda path: path.name)
def test_the_quick_reader_takes_our_own_long_files(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert plain_yaml.parse(text) == yaml.parse_with_ruamel(text) is not None


@st.composite
def spoiled(draw: st.DrawFn) -> str:
    """The plain shape with a few characters put in or taken out."""
    text = PLAIN
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(text)))
        if draw(st.booleans()):
            text = text[:at] + draw(st.sampled_from(" :-#'\"[]{},|&*!\n\t.a0>%@`?~=()\\/+<")) + text[at:]
        else:
            text = text[:at] + text[at + draw(st.integers(1, 6)) :]
    return text


@settings(max_examples=400, deadline=None)
@given(st.one_of(spoiled(), st.text(alphabet=' :-#"[]{},|\nab', max_size=60)))
def test_whatever_the_quick_reader_reads_ruamel_reads_the_same(text: str) -> None:
    quick = plain_yaml.parse(text)
    assert quick is None or quick == yaml.parse_with_ruamel(text)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(yaml.YamlError):
        yaml.parse(text)
