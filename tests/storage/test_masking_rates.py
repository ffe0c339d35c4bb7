"""How much of what identifies somebody is found in chat style, and how much else is masked by mistake.

1,000 messages of each kind, put together from phrases and made-up values that no rule was written for.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from storage import mask

MESSAGES = 1000
Value = Callable[[random.Random], str]


def listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")]


NAMES = listed("""
    Siti Aminah, Budi Santoso, Wahyuni, Slamet Riyadi, Dewi Lestari Ningsih, Tarmini, Kasmuri, Nur Hidayah,
    Sulastri, Agus Prasetyo, Rohmatun, Yulianti, Parjo, Endang Susilowati, Marsinah, Joko Widianto,
    Imas Komariah, Asep Sunandar, Komang Ayu, Baiq Nurul
""")
VILLAGES = listed("""
    Sukamaju, Karangrejo, Tegalsari, Banjarsari, Mekarjaya, Kedungwaru, Sidomulyo, Cibatu, Pringgasela,
    Wanasari
""")
DISTRICTS = listed("""
    Binangun, Juntinyuat, Lohbener, Adipala, Selopuro, Praya Timur, Labuapi, Kroya, Bululawang, Tukdana
""")
PLACES = listed("""
    Taiwan, Hong Kong, Malaysia, Korea, Jepang, Indramayu, Cilacap, Lombok Timur, Arab Saudi, Blitar, Surabaya
""")


def digits(chance: random.Random, count: int) -> str:
    return "".join(chance.choice("0123456789") for _ in range(count))


def grouped(chance: random.Random, number: str, *sizes: int) -> str:
    """The number as somebody types it: in one piece, or in groups with a sign between them."""
    if chance.random() < 0.4:
        return number
    sign, parts, rest = chance.choice(" -."), [], number
    for size in sizes:
        parts.append(rest[:size])
        rest = rest[size:]
    return sign.join([*parts, rest] if rest else parts)


def nik(chance: random.Random) -> str:
    day = chance.randint(1, 28) + chance.choice((0, 40))
    born = f"{day:02}{chance.randint(1, 12):02}{chance.randint(60, 99)}"
    place = chance.choice(("3209", "3505", "5202", "1803", "3301")) + f"{chance.randint(1, 30):02}"
    return grouped(chance, place + born + f"000{chance.randint(1, 9)}", 6, 6, 4)


def card(chance: random.Random) -> str:
    return grouped(chance, "32" + digits(chance, 14), 4, 4, 4, 4)


def passport(chance: random.Random) -> str:
    return chance.choice(("C", "X", "E", "B")) + chance.choice(("", " ")) + digits(chance, 7)


def mobile(chance: random.Random) -> str:
    start = chance.choice(("0812", "0857", "0896", "+62812", "62 857", "+62 896", "0813"))
    return start + chance.choice(("", "-", " ")) + grouped(chance, digits(chance, 8), 4, 4)


def abroad(chance: random.Random) -> str:
    start, rest = chance.choice(
        (
            ("+886 9", 8),
            ("+852 6", 7),
            ("+60 12", 7),
            ("+65 9", 7),
            ("+82 10", 8),
            ("+966 5", 8),
            ("+81 90", 8),
        )
    )
    return start + digits(chance, rest)


def account(chance: random.Random) -> str:
    return grouped(chance, digits(chance, chance.choice((10, 13, 15))), 4, 3, 3)


def tax(chance: random.Random) -> str:
    n = digits(chance, 15)
    return chance.choice((n, f"{n[:2]}.{n[2:5]}.{n[5:8]}.{n[8]}-{n[9:12]}.{n[12:]}"))


def mail(chance: random.Random) -> str:
    user = chance.choice(NAMES).lower().replace(" ", chance.choice(("", ".", "_")))
    return f"{user}{chance.randint(1, 99)}@{chance.choice(('contoh.com', 'gmail.com', 'surel.co.id'))}"


def link(chance: random.Random) -> str:
    path = "".join(chance.choice("abcdefgh") for _ in range(7))
    return (
        chance.choice(("https://contoh.com/", "bit.ly/", "http://loker.contoh.id/", "www.contoh.net/")) + path
    )


def telegram(chance: random.Random) -> str:
    name = chance.choice(NAMES).lower().replace(" ", "_") + str(chance.randint(1, 99))
    return chance.choice(("@", "t.me/")) + name


def plate(chance: random.Random) -> str:
    area, end = chance.choice(("B", "AG", "E", "DK", "R", "L")), chance.choice(("AB", "KTR", "QZ"))
    return chance.choice((" ", "", "-")).join((area, str(chance.randint(1000, 1899)), end))


def birthday(chance: random.Random) -> str:
    d, m, y = chance.randint(1, 28), chance.randint(1, 12), chance.randint(1970, 2007)
    month = listed("jan, feb, maret, april, mei, juni, juli, agustus, sept, oktober, nov, des")[m - 1]
    return chance.choice(
        (f"{d:02}-{m:02}-{y}", f"{d}/{m}/{y}", f"{d} {month} {y}", f"{d:02}.{m:02}.{y % 100:02}")
    )


def name(chance: random.Random) -> str:
    found = chance.choice(NAMES)
    return found if chance.random() < 0.7 else found.lower()


def address(chance: random.Random) -> str:
    village, district = chance.choice(VILLAGES), chance.choice(DISTRICTS)
    form = chance.choice(
        (
            "desa {v} kec {d}",
            "Jl {v} no {n} RT {n}/RW 02",
            "dusun {v} rt 03 rw 0{n} desa {v}",
            "Ds. {v}, Kec. {d}",
            "Jalan {v} No. {n}",
        )
    )
    return form.format(v=village, d=district, n=chance.randint(1, 9))


WITH: list[tuple[Value, str]] = [
    (nik, "kak tolong dicek nik {} udah kedaftar blm"),
    (nik, "ktp sy {} mau daftar ke korea"),
    (nik, "ini nik istri saya {}, bisa ikut bpjs pmi ga?"),
    (nik, "No NIK : {}"),
    (nik, "{} itu nik saya min"),
    (card, "no kk {} bener ga formatnya"),
    (card, "kartu keluarga saya nomornya {}"),
    (card, "KK: {}"),
    (passport, "paspor saya {} ditahan agen"),
    (passport, "no paspor {} berlaku sampe 2028"),
    (passport, "nomer pasport nya {} kak, majikan ga mau balikin"),
    (mobile, "hub saya di {} ya"),
    (mobile, "nomor wa {} atas nama ibu saya"),
    (mobile, "ada yang nawarin kerja, nomornya {}, penipu bukan?"),
    (mobile, "{} ini nomer calo nya pak"),
    (mobile, "tlg telpon {} skrg juga"),
    (mobile, "Kontak: {}"),
    (abroad, "nomor majikan saya {}"),
    (abroad, "wa saya disini {}, tolong dihubungi"),
    (abroad, "agen di sana {} ga pernah angkat"),
    (account, "disuruh transfer ke rek {} dulu"),
    (account, "norek bri {} an pt nya"),
    (account, "rekening mandiri saya {}"),
    (account, "udah tf ke bca {} 5 juta"),
    (tax, "npwp saya {} masih aktif?"),
    (tax, "NPWP {}"),
    (mail, "email saya {} ga bisa login"),
    (mail, "kirim aja ke {}"),
    (link, "ini lokernya {} asli ga"),
    (link, "sy dapet link {} katanya daftar online"),
    (telegram, "admin nya {} minta uang muka"),
    (telegram, "tolong blokir {} itu penipu"),
    (plate, "dijemput mobil {} ke penampungan"),
    (plate, "plat nya {} pak"),
    (birthday, "tgl lahir saya {} bisa ikut ga"),
    (birthday, "ttl Cilacap, {}"),
    (birthday, "sy lahir {} tapi di ijazah beda"),
    (name, "nama saya {} dari jawa"),
    (name, "nama majikan saya {}"),
    (name, "namaku {}, umur 23"),
    (name, "perkenalkan saya {}"),
    (name, "calo nya bernama {}"),
    (name, "jenengku {} kak"),
    (address, "alamat saya {}"),
    (address, "rumah sy di {}"),
    (address, "Alamat : {}"),
    (address, "saya tinggal di {}, kantor terdekat dimana"),
]


def money(chance: random.Random) -> str:
    n = chance.randint(2, 95)
    return chance.choice(
        (
            "Rp {}.500.000",
            "{} juta",
            "{}jt",
            "rp{}00.000",
            "NT$ {},490",
            "{}.000.000",
            "RM {}00",
            "{} ribu",
            "{}rb",
        )
    ).format(n)


def day(chance: random.Random) -> str:
    d, m, y = chance.randint(1, 28), chance.randint(1, 12), chance.randint(2019, 2027)
    return chance.choice(
        (f"{d:02}-{m:02}-{y}", f"{d}/{m}/{y}", f"{d:02}.{m:02}.{y}", f"{y}-{m:02}-{d:02}", str(y))
    )


def decree(chance: random.Random) -> str:
    n, y = chance.randint(1, 400), chance.randint(2004, 2026)
    return chance.choice(
        (f"UU {n} Tahun {y}", f"PP no {n}/{y}", f"Permen {n} thn {y}", f"kepmenaker {n}/{y}")
    )


def count(chance: random.Random) -> str:
    n = chance.randint(2, 48)
    return chance.choice((f"{n} tahun", f"{n} bulan", f"{n} jam", f"{n} orang", f"{n} hari", f"{n} kg"))


def clock(chance: random.Random) -> str:
    return f"{chance.randint(6, 22):02}{chance.choice('.:')}{chance.choice(('00', '30', '15'))}"


def place(chance: random.Random) -> str:
    return chance.choice(PLACES)


WITHOUT: list[tuple[Value, str]] = [
    (money, "gaji di taiwan {} sebulan bener ga"),
    (money, "biaya totalnya {} itu wajar?"),
    (money, "disuruh transfer {} ke agen"),
    (money, "potongan {} per bulan selama setahun"),
    (money, "sy pinjam {} buat berangkat"),
    (money, "denda overstay {} kalo pulang sendiri?"),
    (day, "kontrak saya habis {} lalu gimana"),
    (day, "berangkat tgl {} dari jakarta"),
    (day, "jadwal tes eps {} sudah keluar?"),
    (day, "paspor saya berlaku sampai {}"),
    (decree, "menurut {} biaya siapa yang tanggung"),
    (decree, "{} masih berlaku ga"),
    (decree, "saya baca di {} pasal 30"),
    (count, "kerja {} tiap hari tanpa libur"),
    (count, "umur saya {} bisa daftar ga"),
    (count, "sudah {} gaji belum dibayar"),
    (clock, "kantor buka jam {} sampai sore?"),
    (clock, "besok tes jam {} wib"),
    (place, "mau kerja ke {} lewat jalur resmi"),
    (place, "kantor bp3mi di {} alamatnya mana"),
    (place, "tetangga saya di {} belum pulang"),
    (place, "nama PT yang resmi di {} apa aja"),
    (place, "desa saya dekat {}, ada penyuluhan ga"),
    (place, "nomor darurat kbri di {} berapa"),
    (count, "nik sama ktp beda apa, sudah {} belum jadi"),
    (money, "rekening harus ada saldo {} ya?"),
    (count, "alamat di paspor salah, ganti lamanya {}?"),
    (day, "no antrian saya 125 tanggal {}"),
    (place, "namanya SPSK, cuma ke {} ya"),
    (count, "masa kontrak {} bisa diperpanjang 2x"),
]


def made(of: list[tuple[Value, str]], seed: int) -> list[tuple[str, str]]:
    """Messages with the value that each holds."""
    chance = random.Random(seed)
    found = []
    for n in range(MESSAGES):
        value, phrase = of[n % len(of)]
        held = value(chance)
        found.append((phrase.format(held), held))
    return found


def left(message: str, held: str) -> bool:
    """Whether something of the value can still be read."""
    masked = mask(message)
    numbers = re.findall(r"\d+", masked)
    whole = re.sub(r"\D", "", held)
    if len(whole) >= 7:
        return any(len(number) >= 3 and number in whole for number in numbers)
    words = re.findall(r"[A-Za-z]{4,}", held.rpartition("@")[0] or held)
    ordinary = {"desa", "dusun", "jalan", "https", "http", "contoh", "loker"}
    return any(word in masked for word in words if word.lower() not in ordinary)


def test_at_least_99_in_100_are_found() -> None:
    missed = [message for message, held in made(WITH, 1) if left(message, held)]
    print(f"found {MESSAGES - len(missed)} of {MESSAGES}")
    assert len(missed) <= MESSAGES * 0.01, "\n".join(f"{each}  =>  {mask(each)}" for each in missed)


def test_at_most_2_in_100_lose_what_identifies_nobody() -> None:
    masked = [message for message, _ in made(WITHOUT, 2) if mask(message) != message]
    print(f"masked by mistake {len(masked)} of {MESSAGES}")
    assert len(masked) <= MESSAGES * 0.02, "\n".join(f"{each}  =>  {mask(each)}" for each in masked)
