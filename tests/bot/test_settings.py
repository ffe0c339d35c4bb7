"""Settings: what is right is taken, what is wrong is named with its remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import SettingsError, load_settings

TOKEN = "123456:" + "A" * 35


def test_everything_has_a_default() -> None:
    settings = load_settings({})
    assert settings.telegram_token is None
    assert settings.mode == "polling"
    assert settings.store_url.startswith("sqlite:///")


def test_the_key_lies_beside_the_data_folder_not_inside(tmp_path: Path) -> None:
    settings = load_settings({"BEKAL_DATA_DIR": str(tmp_path / "data")})
    assert settings.key_path == tmp_path / "data.key"
    assert not settings.key_path.is_relative_to(settings.data_dir)


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({"BEKAL_MOD": "webhook", "BEKAL_LISTEN": "8080", "BEKAL_LOG_LEVEL": "loud"})
    text = str(caught.value)
    assert "did you mean BEKAL_MODE?" in text
    assert "BEKAL_LISTEN" in text
    assert "BEKAL_LOG_LEVEL" in text


def test_webhook_mode_says_what_it_needs() -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({"BEKAL_MODE": "webhook"})
    assert "BEKAL_WEBHOOK_URL" in str(caught.value)
    assert "BEKAL_WEBHOOK_SECRET" in str(caught.value)


def test_secrets_are_shown_nowhere() -> None:
    settings = load_settings(
        {"BEKAL_TELEGRAM_TOKEN": TOKEN, "BEKAL_DATABASE_URL": "postgresql://u:geheim@h/d"}
    )
    assert "AAAA" not in repr(settings)
    assert "geheim" not in repr(settings)
    with pytest.raises(SettingsError) as caught:
        load_settings({"BEKAL_TELEGRAM_TOKEN": "geheim with blanks"})
    assert "geheim" not in str(caught.value)


def test_an_empty_variable_counts_as_not_set() -> None:
    assert load_settings({"BEKAL_MODE": ""}).mode == "polling"


def test_the_staffs_group_is_a_supergroup() -> None:
    assert load_settings({"BEKAL_STAFF_GROUP": "-1001234567890"}).staff_group == -1001234567890
    for wrong in ("-4001", "1001234567890", "@petugas"):
        with pytest.raises(SettingsError, match="BEKAL_STAFF_GROUP"):
            load_settings({"BEKAL_STAFF_GROUP": wrong})
