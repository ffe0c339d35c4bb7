"""What is sealed opens in its place only, with its key only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import CannotDecrypt, Cipher, keys
from tests.storage.conftest import NOW

CIPHER = Cipher(keys.make_keys(NOW))


@given(st.binary(max_size=300))
def test_what_is_sealed_opens_again(value: bytes) -> None:
    sealed = CIPHER.seal(value, "turns.text")
    assert CIPHER.open(sealed, "turns.text") == value
    assert value not in sealed or len(value) < 4


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=20), max_size=4))
def test_json_opens_again_whatever_its_letters(value: dict[str, str]) -> None:
    assert CIPHER.open_json(CIPHER.seal_json(value, "a.b"), "a.b") == value


def test_halves_of_characters_do_not_break_a_turn() -> None:
    assert CIPHER.open_json(CIPHER.seal_json({"text": "a\ud83db"}, "a.b"), "a.b") == {"text": "a?b"}


def test_the_same_words_look_different_each_time() -> None:
    assert len({CIPHER.seal(b"words", "a.b") for _ in range(100)}) == 100


def test_a_value_does_not_open_in_another_column() -> None:
    with pytest.raises(CannotDecrypt, match=r"chats\.context"):
        CIPHER.open(CIPHER.seal(b"words", "turns.text"), "chats.context")


@pytest.mark.parametrize("place", [0, 3, 4, 15, 16, -1])
def test_a_changed_value_does_not_open(place: int) -> None:
    sealed = bytearray(CIPHER.seal(b"words", "a.b"))
    sealed[place] ^= 1
    with pytest.raises(CannotDecrypt):
        CIPHER.open(bytes(sealed), "a.b")


@pytest.mark.parametrize("length", [0, 3, 4, 10, 16, 31])
def test_a_cut_value_does_not_open(length: int) -> None:
    with pytest.raises(CannotDecrypt):
        CIPHER.open(CIPHER.seal(b"words", "a.b")[:length], "a.b")


def test_another_key_does_not_open_it_and_the_message_says_what_to_restore() -> None:
    with pytest.raises(CannotDecrypt, match="Restore the key file"):
        Cipher(keys.make_keys(NOW)).open(CIPHER.seal(b"words", "a.b"), "a.b")


def test_lanes_are_stable_short_and_tell_nothing() -> None:
    assert CIPHER.lane(12345) == CIPHER.lane(12345)
    assert CIPHER.lane(12345) != CIPHER.lane(12346)
    assert CIPHER.lane(12345) != Cipher(keys.make_keys(NOW)).lane(12345)
    assert len(CIPHER.lane(-100123)) == 32
