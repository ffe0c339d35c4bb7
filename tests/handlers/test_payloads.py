"""Buttons carry little, and whatever comes back is read strictly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import payloads
from handlers.exchange import Call, Exchange
from handlers.keyboards import Button, in_rows, markup, tap, without_feedback
from handlers.payloads import Tap, pack, parse
from storage import chats
from tests.transcripts.driver import START


@given(st.text(max_size=80))
def test_no_payload_makes_the_parser_fail(text: str) -> None:
    tap_or_none = parse(text)
    assert tap_or_none is None or pack(tap_or_none.action, *tap_or_none.arguments) == text


@pytest.mark.parametrize(
    "payload",
    [
        None,
        "",
        "menu",
        "1:",
        "1:menu:",
        "0:menu",
        "1:menu\n",
        "1:topic:../x",
        "1:topic:Passport",
        "1:topic:a--b",
        "1:part:passport:-1:TW",
        "1:part:passport:٣:TW",
        "1:part:passport:1:tw",
        "1:fb:maybe:passport:1",
        "1:fb:up:passport:" + "9" * 19,
        "1:lang:xx",
        "1:erase:all",
        "1:topic:" + "a" * 57,
    ],
)
def test_what_no_button_of_ours_carries_is_refused(payload: str | None) -> None:
    assert parse(payload) is None


def test_a_payload_is_read_as_it_was_written() -> None:
    assert parse(pack("part", "competency-certificate", 12, "TW")) == Tap(
        "part", ("competency-certificate", "12", "TW")
    )


@pytest.mark.parametrize("arguments", [("topic", "No"), ("topic", "a" * 60), ("unknown",), ("menu", "x")])
def test_a_payload_that_could_not_be_read_back_is_never_sent(arguments: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="not a payload"):
        pack(*arguments)


def test_labels_are_one_short_line() -> None:
    keyboard = markup([[Button("a\n b" + "c" * 80, data="1:menu")], [], [Button("x", url="https://t.me/b")]])
    assert keyboard == {
        "inline_keyboard": [
            [{"text": "a b" + "c" * 56 + "…", "callback_data": "1:menu"}],
            [{"text": "x", "url": "https://t.me/b"}],
        ]
    }


def test_rows_are_filled_from_the_left() -> None:
    buttons = [tap(str(number), "menu") for number in range(5)]
    assert [[button.label for button in row] for row in in_rows(buttons, 2)] == [
        ["0", "1"],
        ["2", "3"],
        ["4"],
    ]


def test_feedback_buttons_get_the_number_of_the_stored_turn_and_can_be_taken_away() -> None:
    rows = [[tap("x", "menu")], [tap("👍", "fb", "up", "passport", payloads.THIS_TURN)]]
    exchange = Exchange(chats.new("lane", 1, START), START, START)
    exchange.calls.append(Call("sendMessage", {"text": "x", "reply_markup": markup(rows)}))
    exchange.calls.append(Call("sendMessage", {"text": "y"}))
    sent, plain = exchange.calls_for(7)
    assert sent.params["reply_markup"]["inline_keyboard"][1][0]["callback_data"] == "1:fb:up:passport:7"
    assert plain == exchange.calls[1]
    assert without_feedback(sent.params["reply_markup"]) == markup(rows[:1])
    assert exchange.calls_for(None) == exchange.calls
