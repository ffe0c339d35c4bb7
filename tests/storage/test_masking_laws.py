"""What holds for every text and every secret."""

from __future__ import annotations

import re
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from storage import mask
from storage.masking import cleaned
from storage.masking_tags import TAGS

PIECES = """
nama saya siti aminah hp wa nik kk rek bca paspor alamat jl desa dusun rt 03/05 no 25.000.000 rp 17-08-2025
0812 3201014101900001 @budi a@b.co t.me/x [NIK] [HP] , . : / - ( + 62 8 x X0000012 jam 08.00 dan ke di
1234567890 satu nol https://a.id/b npwp a/n transfer ig: bank 1955 ! 0️⃣ ٣ jenengku ngaran abdi panggil jalan
"""
WORDS = st.sampled_from([*PIECES.split(), "\n", ""])
CHAT = st.lists(WORDS, max_size=14).flatmap(
    lambda parts: st.sampled_from([" ", "", "  "]).map(lambda glue: glue.join(parts))
)
TEXT = st.one_of(CHAT, st.text(max_size=60), st.text(alphabet="0123456789 .-/+:@xa", max_size=60))
AROUND = st.sampled_from(
    ["", "kak tolong cek ", "ini ", "punya teman: ", "(", "katanya ", "lihat,", "nomornya\n", "tanya "]
)
BETWEEN = st.sampled_from(
    ["", " ", "-", ".", "/", "  ", " - ", "_", " . ", "\u200b", "\u00a0", "\u2011", ":", "·"]
)
TAG = re.compile("|".join(re.escape(tag) for tag in TAGS))


def in_groups(digits: str, sizes: list[int], gap: str) -> str:
    groups, rest = [], digits
    for size in sizes:
        groups.append(rest[:size])
        rest = rest[size:]
    return gap.join(group for group in [*groups, rest] if group)


def digits_left(text: str) -> str:
    return re.sub(r"\D", "", TAG.sub("|", text).replace("|", "x"))


@given(TEXT)
@settings(max_examples=400, deadline=None)
def test_masking_what_is_masked_changes_nothing(text: str) -> None:
    once = mask(text)
    assert mask(once) == once


@given(TEXT)
@settings(max_examples=300, deadline=None)
def test_nothing_is_added_but_tags(text: str) -> None:
    text = TAG.sub("", text)
    letters = iter(cleaned(text))
    assert all(letter in letters for letter in TAG.sub("", mask(text))), "what is kept keeps its order"


@st.composite
def niks(draw: st.DrawFn) -> str:
    province = draw(st.sampled_from(["11", "32", "33", "35", "52", "91"]))
    day = draw(st.integers(1, 31)) + draw(st.sampled_from([0, 40]))
    month, year = draw(st.integers(1, 12)), draw(st.integers(50, 99))
    place, number = draw(st.integers(101, 7999)), draw(st.integers(1, 9999))
    return f"{province}{place:04}{day:02}{month:02}{year:02}{number:04}"


@given(niks(), BETWEEN, st.sampled_from([[4, 4, 4], [6, 6], [2, 2, 2, 6], [1] * 15, [16]]), AROUND, AROUND)
@settings(max_examples=400, deadline=None)
def test_a_nik_disappears_however_it_is_written(
    nik: str, gap: str, sizes: list[int], before: str, after: str
) -> None:
    masked = mask(f"{before}{in_groups(nik, sizes, gap)} {after}")
    assert not digits_left(masked), masked


@given(
    st.sampled_from(
        ["0812", "62812", "+62 812", "0062812", "021", "+886 912", "0912", "+852 6123", "+9665", "+6012"]
    ),
    st.integers(0, 9_999_999),
    BETWEEN,
    st.sampled_from([[3, 4], [4, 3], [2, 2, 2], [1] * 6, [7]]),
    AROUND,
    AROUND,
)
@settings(max_examples=400, deadline=None)
def test_a_phone_number_disappears_however_it_is_written(
    start: str, number: int, gap: str, sizes: list[int], before: str, after: str
) -> None:
    written = start + gap + in_groups(f"{number:07}", sizes, gap)
    masked = mask(f"{before}{written} {after}")
    assert not digits_left(masked), masked


@given(
    st.sampled_from(
        ["no rek", "rekening bca saya", "norek:", "rek bri", "REKENING =", "nomor rekening mandiri"]
    ),
    st.integers(10**9, 10**15 - 1),
    BETWEEN,
    st.sampled_from([[4, 4, 4], [3, 3, 3], [15]]),
)
@settings(max_examples=200, deadline=None)
def test_an_account_behind_its_label_disappears(label: str, number: int, gap: str, sizes: list[int]) -> None:
    masked = mask(f"{label} {in_groups(str(number), sizes, gap)}")
    assert not digits_left(masked), masked


@given(
    st.from_regex(r"[a-z][a-z0-9_.]{2,12}[a-z0-9]@[a-z]{3,10}\.(com|co\.id|example)", fullmatch=True),
    AROUND,
    AROUND,
)
@settings(max_examples=100, deadline=None)
def test_an_email_address_disappears(address: str, before: str, after: str) -> None:
    masked = mask(f"{before}{address} {after}")
    assert address.split("@")[1] not in masked
    assert "@" not in masked


@given(
    st.integers(1, 999),
    st.integers(0, 2),
    st.sampled_from(["Rp {}", "{}", "NT$ {}", "gaji {} sebulan", "{} ringgit"]),
)
@settings(max_examples=200, deadline=None)
def test_a_price_stays(first: int, groups: int, where: str) -> None:
    for point in (".", ","):
        text = where.format(f"{first}" + f"{point}500" * groups)
        assert mask(text) == text


@given(
    st.dates(date(1950, 1, 1), date(2049, 12, 31)),
    st.sampled_from(["%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y", "%Y-%m-%d"]),
)
@settings(max_examples=200, deadline=None)
def test_a_date_of_this_age_stays(day: date, form: str) -> None:
    text = day.strftime(form)
    assert mask(f"tanggal {text} sampai {text}") == f"tanggal {text} sampai {text}"
    assert mask(f"{text} - {text}") == f"{text} - {text}"
