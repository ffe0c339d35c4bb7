import pytest

from content import wording

HOSTS = {"kp2mi.go.id": "The ministry"}


@pytest.mark.parametrize(
    "text",
    [
        "Biaya Rp 10.000.000 sampai 25.500.000 rupiah.",
        "Gaji NT$29.500 per bulan, sekitar 2.000.000-3.500.000.",
        "Berlaku 2024-2026, sejak 2026-11-24 dan 24/11/2026.",
        "UU 18/2017 pasal 110, pasal 112, dan Peraturan 1 tahun 2020.",
        "Umur 18 sampai 45 tahun, tinggi 150 160 cm, 3 x 24 jam, 119 hari.",
        "Buka pukul 08.00-16.00, kurs 1 TWD = 500.25 rupiah.",
        "Lihat kp2mi.go.id dan hubungi {{contact:hotline}} segera.",
        "Situs palsu: `peduliwni.com` dan `@kdei_palsu`.",
        "Suami/istri, dan/atau wali. Surat No. 12 dll. Lalu pulang.",
    ],
)
def test_amounts_dates_and_laws_are_no_phone_numbers_or_addresses(text: str) -> None:
    assert list(wording.faults(text, HOSTS)) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Telepon 0812-0000-0001.", "0812-0000-0001"),
        ("WA +62 812 0000 0001 ya", "+62 812 0000 0001"),
        ("Kantor (021) 5550 0001", "(021) 5550 0001"),
        ("di 1800 555 0001 gratis", "1800 555 0001"),
        ("081200000001", "081200000001"),
        ("Hubungi 110.", "110"),
        ("Telepon polisi di 112!", "112"),
        ("hotline 1955 di Taiwan", "1955"),
        ("call 999", "999"),
        ("WhatsApp: 157", "157"),
    ],
)
def test_numbers_to_call_are_found(text: str, found: str) -> None:
    faults = list(wording.faults(text, HOSTS))
    assert len(faults) == 1
    assert f"'{found}'" in faults[0][0]


def test_what_telegram_would_link_is_found() -> None:
    text = "peduliwni.com, www.kp2mi.go.id, http://x.y, kp2mi.go.id, @admin_pmi, a@b.com"
    whats = [what for what, _ in wording.faults(text, HOSTS)]
    for part in ("'peduliwni.com'", "'www.kp2mi.go.id", "'http://x.y", "'@admin_pmi'", "'a@b.com'"):
        assert any(part in what for what in whats), part
    assert not any("'kp2mi.go.id'" in what for what in whats)


@pytest.mark.parametrize("title", ["Cek 🚨 agen", "Gaji 💰", "**Gaji**", "a\nb", "<b>x", "1️⃣ Daftar"])
def test_titles_are_plain_words(title: str) -> None:
    assert wording.title_fault(title)


@pytest.mark.parametrize(
    "title", ["Cek agen atau PT resmi", "Gaji: berapa? (Taiwan & Jepang)", "Biaya < Rp 5 juta"]
)
def test_plain_titles_pass(title: str) -> None:
    assert (wording.title_fault(title) is None) == ("<" not in title)
