"""What Telegram makes of a text: markup, cleaning, and the links that it finds itself."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import ApiError
from simulator.autolinks import found
from simulator.entities import checked, clean
from simulator.markup import parse
from simulator.utf16 import Utf16, utf16_length


def entity(kind: str, offset: int, length: int, **more: Any) -> dict[str, Any]:
    return {"type": kind, "offset": offset, "length": length, **more}


@pytest.mark.parametrize(
    ("mode", "source", "text", "entities"),
    [
        ("HTML", "<b>a</b> &lt;&amp;&#33;", "a <&!", [entity("bold", 0, 1)]),
        ("html", "😀<i>b<u>c</u></i>", "😀bc", [entity("italic", 2, 2), entity("underline", 3, 1)]),
        ("HTML", '<a href="https://kp2mi.go.id/x?a=1&amp;b">web</a>', "web",
            [entity("text_link", 0, 3, url="https://kp2mi.go.id/x?a=1&b")]),
        ("HTML", '<a href="javascript:x">web</a>', "web", []),
        ("HTML", '<a href="tg://user?id=5">S</a>', "S",
            [entity("text_mention", 0, 1, user={"id": 5, "is_bot": False, "first_name": ""})]),
        ("HTML", '<pre><code class="language-sh">ls</code></pre>', "ls",
            [entity("pre", 0, 2, language="sh")]),
        ("HTML", "<blockquote expandable>a</blockquote>", "a", [entity("expandable_blockquote", 0, 1)]),
        ("MarkdownV2", "*a* _b_ __c__ ~d~ ||e|| `f`", "a b c d e f", [
            entity("bold", 0, 1), entity("italic", 2, 1), entity("underline", 4, 1),
            entity("strikethrough", 6, 1), entity("spoiler", 8, 1), entity("code", 10, 1)]),
        ("MarkdownV2", "Rp 1\\.000 [web](https://kp2mi.go.id/)", "Rp 1.000 web",
            [entity("text_link", 9, 3, url="https://kp2mi.go.id/")]),
        ("MarkdownV2", ">a\n>b\nc", "a\nb\nc", [entity("blockquote", 0, 3)]),
        ("MarkdownV2", "```sh\nls\n```", "ls\n", [entity("pre", 0, 3, language="sh")]),
        ("Markdown", "*a* [w](x.id) `c`", "a w c",
            [entity("bold", 0, 1), entity("text_link", 2, 1, url="http://x.id/"), entity("code", 4, 1)]),
    ],
)  # fmt: skip
def test_markup_becomes_text_with_entities(
    mode: str, source: str, text: str, entities: list[dict[str, Any]]
) -> None:
    assert parse(source, mode) == (text, entities)


def test_white_space_at_the_ends_goes_and_entities_move_along() -> None:
    text, entities = checked("  a b \n", [entity("bold", 0, 3), entity("italic", 3, 3)])
    assert (text, entities) == ("a b", [entity("bold", 0, 1), entity("italic", 2, 1)])


def test_control_characters_and_direction_overrides_do_not_survive() -> None:
    text, entities = checked("a\r\nb\u202ec\x00d", [entity("bold", 4, 2)])
    assert (text, entities) == ("a\nbc d", [entity("bold", 3, 1)])


def test_links_that_telegram_does_not_take_are_dropped() -> None:
    given_entities = [entity("text_link", 0, 1, url="nonsense"), entity("text_link", 2, 1, url="x.id")]
    assert checked("a b", given_entities) == ("a b", [entity("text_link", 2, 1, url="http://x.id/")])


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("/start poster", [("bot_command", "/start")]),
        ("lihat https://kp2mi.go.id/a?b=c, ya.", [("url", "https://kp2mi.go.id/a?b=c")]),
        ("😀 www.bp2mi.go.id", [("url", "www.bp2mi.go.id")]),
        ("Rp 1.500.000 dan 3.5 jam", []),
        ("tulis ke a.b@contoh.id atau @bekal_bot", [("email", "a.b@contoh.id"), ("mention", "@bekal_bot")]),
        ("dan/atau 24/7", []),
        ("#pergi aman", [("hashtag", "#pergi")]),
    ],
)
def test_what_telegram_finds_by_itself(text: str, kinds: list[tuple[str, str]]) -> None:
    units = text.encode("utf-16-le")
    seen = [
        (one["type"], units[2 * one["offset"] : 2 * (one["offset"] + one["length"])].decode("utf-16-le"))
        for one in found(text, [])
    ]
    assert seen == kinds


def test_nothing_is_found_inside_of_code() -> None:
    code = [entity("code", 0, 6)]
    assert found("/start", code) == code


@given(st.text())
def test_utf16_offsets_lead_back_to_the_same_character(text: str) -> None:
    measure = Utf16(text)
    assert [measure.index(measure.offset(i)) for i in range(len(text) + 1)] == [*range(len(text) + 1)]
    assert len(measure) == utf16_length(text)


@given(st.text(), st.lists(st.tuples(st.integers(0, 30), st.integers(1, 30))))
def test_what_is_kept_always_fits_the_text(text: str, places: list[tuple[int, int]]) -> None:
    asked = [entity("bold", offset, length) for offset, length in places]
    try:
        kept_text, kept = checked(text, asked)
    except ApiError:
        return
    measure = Utf16(kept_text)
    assert kept_text == clean(kept_text).strip(" \n")
    for one in kept:
        start, stop = measure.index(one["offset"]), measure.index(one["offset"] + one["length"])
        assert start is not None
        assert stop is not None
        assert start < stop


@given(st.text(alphabet="ab<>/&;=\"' *_[]()`~|\\!\n😀"))
def test_no_markup_brings_the_parsers_down(text: str) -> None:
    for mode in ("HTML", "Markdown", "MarkdownV2"):
        try:
            plain, entities = parse(text, mode)
        except ApiError:
            continue
        assert all(one["offset"] + one["length"] <= utf16_length(plain) for one in entities)
