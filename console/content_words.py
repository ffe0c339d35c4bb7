"""What the content's checks say, in Indonesian for those who read the console in it.

The checks speak English, on the command line too. What is not in the lists below stays English.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

from console.wording import Say, msg, wording
from content.problems import Problem

_WHAT: Sequence[tuple[str, str]] = (
    ("'{key}' is empty", msg("'{key}' masih kosong")),
    ("'{key}' is missing from {name}", msg("'{key}' belum ada")),
    ("'{key}' must be text", msg("'{key}' harus berupa teks")),
    ("'{key}' must be true or false", msg("'{key}' harus ya atau tidak")),
    ("'{key}' must be a list", msg("'{key}' harus berupa daftar")),
    ("'{key}' is not a date: '{value}'", msg("'{key}' bukan tanggal: '{value}'")),
    ("'{key}' is not a number: '{value}'", msg("'{key}' bukan angka: '{value}'")),
    ("'{key}' is not a country code: '{value}'", msg("'{key}' bukan kode negara: '{value}'")),
    ("'{key}' is not a currency: '{value}'", msg("'{key}' bukan mata uang: '{value}'")),
    ("'{key}' is not a web address: '{value}'", msg("'{key}' bukan alamat web: '{value}'")),
    ("'{key}' is not valid: '{value}'", msg("'{key}' tidak benar: '{value}'")),
    ("'{key}' is not a valid {kind} number: '{value}'", msg("Nomor ini ({kind}) tidak benar: '{value}'")),
    ("'{key}' is not a field of {name}", msg("'{key}' bukan isian yang dikenal")),
    ("'{key}' cannot be '{value}'", msg("'{key}' tidak bisa '{value}'")),
    ("'{key}' has an unknown word: '{value}'", msg("'{key}' memuat kata yang tidak dikenal: '{value}'")),
    ("'{key}' names an unknown contact: '{value}'", msg("'{key}' menyebut kontak yang tidak ada: '{value}'")),
    ("'{key}' names an unknown topic: '{value}'", msg("'{key}' menyebut topik yang tidak ada: '{value}'")),
    ("'{key}' names an unknown source: '{value}'", msg("'{key}' menyebut sumber yang tidak ada: '{value}'")),
    ("'{key}' names {n} topics", msg("'{key}' menyebut {n} topik")),
    ("'{key}' names the article itself", msg("'{key}' menyebut artikel ini sendiri")),
    ("'{key}' lies in the future: {day}", msg("'{key}' ada di masa depan: {day}")),
    ("'{key}' may only have bold text", msg("'{key}' hanya boleh memakai huruf tebal")),
    ("'{key}' is false, and nothing says why", msg("'{key}' berisi tidak, tetapi alasannya belum ada")),
    (
        "'{key}' has {n} characters, {limit} are allowed",
        msg("'{key}' panjangnya {n} huruf, paling banyak {limit}"),
    ),
    (
        "The title has {n} characters, {limit} are allowed",
        msg("Judulnya {n} huruf, paling banyak {limit}"),
    ),
    (
        "The title has {n} characters: on a button a phone shows about {limit}",
        msg("Judulnya {n} huruf; tombol di ponsel menampilkan sekitar {limit}"),
    ),
    (
        "The summary has {n} characters, {limit} are allowed",
        msg("Jawaban singkatnya {n} huruf, paling banyak {limit}"),
    ),
    (
        "Section '{name}' has {n} characters, {limit} are allowed",
        msg("Bagian '{name}' panjangnya {n} huruf, paling banyak {limit}"),
    ),
    ("Section '{name}' is empty", msg("Bagian '{name}' masih kosong")),
    ("The article has no section", msg("Artikel ini belum punya bagian")),
    ("This section has an empty heading", msg("Judul bagian ini masih kosong")),
    ("This text stands in no section", msg("Teks ini tidak berada di dalam bagian")),
    ("This looks like a phone number: '{value}'", msg("Ini tampak seperti nomor telepon: '{value}'")),
    ("This looks like a number to call: '{value}'", msg("Ini tampak seperti nomor telepon: '{value}'")),
    ("E-mail addresses are not allowed here: '{value}'", msg("Alamat e-mail tidak boleh di sini: '{value}'")),
    ("Bare address '{value}'", msg("Alamat web tanpa teks: '{value}'")),
    (
        "Telegram makes '{value}' a link, and it is not in hosts.yml",
        msg("Telegram membuat '{value}' jadi tautan, dan situs itu tidak ada di hosts.yml"),
    ),
    (
        "The link '{url}' leads to {host}, which is not in hosts.yml",
        msg("Tautan '{url}' menuju {host}, yang tidak ada di hosts.yml"),
    ),
    ("The link '{url}' does not start with https://", msg("Tautan '{url}' tidak mulai dengan https://")),
    ("This source has neither url nor ref", msg("Sumber ini belum punya alamat web atau keterangan")),
    ("No row uses the source '{value}'", msg("Tidak ada baris yang memakai sumber '{value}'")),
    ("{key} '{value}' stands here twice (line {n})", msg("{key} '{value}' ada dua kali (baris {n})")),
    (
        "A sentence of {n} words, at most {limit} are easy to read: '{start} ...'",
        msg("Satu kalimat berisi {n} kata; paling banyak {limit} yang mudah dibaca: '{start} ...'"),
    ),
    (
        "Sentences have {n} words on average, {limit} are easy to read",
        msg("Rata-rata {n} kata per kalimat; {limit} mudah dibaca"),
    ),
    (
        "'{value}' is not explained where it first stands",
        msg("'{value}' belum dijelaskan saat pertama muncul"),
    ),
    (
        "The Indonesian text says '{value}', and {words} is missing here",
        msg("Teks Indonesia memakai '{value}', tetapi {words} tidak ada di sini"),
    ),
    (
        "The Indonesian article has changed since this translation ({hash})",
        msg("Artikel Indonesia berubah sejak terjemahan ini ({hash})"),
    ),
    (
        "The sections or destinations differ from the {n} sections in Indonesian",
        msg("Bagian atau negaranya berbeda dari {n} bagian di teks Indonesia"),
    ),
    (
        "{n} lines start with %% (notes that nobody is sent)",
        msg("{n} baris mulai dengan %% (catatan yang tidak dikirim)"),
    ),
    ("The correction lies in the future: {day}", msg("Tanggal koreksi ada di masa depan: {day}")),
    (
        "The correction of {day} is newer than the last review",
        msg("Koreksi {day} lebih baru dari tinjauan terakhir"),
    ),
    ("Due for review since {day}", msg("Perlu ditinjau sejak {day}")),
    (
        "Too old to be sent: due for review since {day}",
        msg("Terlalu lama untuk dikirim: perlu ditinjau sejak {day}"),
    ),
    ("Contact '{value}' is due for a check since {day}", msg("Kontak '{value}' perlu diperiksa sejak {day}")),
    ("Row '{value}' is due for review since {day}", msg("Baris '{value}' perlu ditinjau sejak {day}")),
    (
        "The recording says an older text, so it is not offered",
        msg("Rekaman suara membacakan teks lama, jadi tidak ditawarkan"),
    ),
    ("This is not valid YAML ({why})", msg("Tulisan berkas ini rusak ({why})")),
)
_REMEDY: Sequence[tuple[str, str]] = (
    ("Did you mean '{guess}'? Otherwise: {rest}", msg("Maksudnya '{guess}'? Kalau bukan: {rest}")),
    ("Add it as text", msg("Isi dengan teks")),
    ("Shorten it", msg("Persingkat")),
    ("Shorten it, or put the words that matter first", msg("Persingkat, atau dahulukan kata yang penting")),
    ("Shorten it, or make two rows of it", msg("Persingkat, atau jadikan dua baris")),
    ("Shorten the longest ones", msg("Persingkat kalimat yang paling panjang")),
    ("Make two or three of it", msg("Jadikan dua atau tiga kalimat")),
    ("Move details into a section", msg("Pindahkan rincian ke satu bagian")),
    ("Move links and code into a section", msg("Pindahkan tautan ke satu bagian")),
    ("Write what the section is about after '##'", msg("Tulis tentang apa bagian ini sesudah '##'")),
    ("Split it in two", msg("Bagi dua")),
    ("Write something below it, or remove it", msg("Tulis isinya, atau hapus bagian itu")),
    ("Add one that starts with '## ...'", msg("Tambahkan satu yang mulai dengan '## ...'")),
    ("Put a heading '## ...' above it", msg("Beri judul '## ...' di atasnya")),
    ("Write two or three sentences that are sent first", msg("Tulis dua atau tiga kalimat")),
    ("Write it in this language too ({locale})", msg("Tulis juga dalam bahasa ini ({locale})")),
    ("Write a date as YYYY-MM-DD", msg("Tulis tanggal seperti 2026-11-24")),
    ("Write the day of the last review", msg("Isi dengan hari tinjauan terakhir")),
    ("Write the day of the last check", msg("Isi dengan hari pemeriksaan terakhir")),
    ("Write one of: {choices}", msg("Pilih salah satu: {choices}")),
    ("List some of: {choices}", msg("Isi dengan sebagian dari: {choices}")),
    ("Write two to four topic ids in [ ]", msg("Isi dua sampai empat topik")),
    ("Name two to four different topics", msg("Sebut dua sampai empat topik yang berbeda")),
    ("Name another topic", msg("Sebut topik lain")),
    ("Name a topic that has an article", msg("Sebut topik yang punya artikel")),
    ("Name the contact to ask, by its id in contacts.yml", msg("Isi id kontak dari daftar kontak")),
    ("Use an id of contacts.yml", msg("Pakai id dari daftar kontak")),
    ("Name at least one of the sources at the top of this file", msg("Sebut paling sedikit satu sumber")),
    (
        "Name at least one source with title, url (or ref), date and tier",
        msg("Isi paling sedikit satu sumber: judul, alamat, tanggal, dan jenis"),
    ),
    ("Remove one of the two, or rename it", msg("Hapus salah satu, atau ganti namanya")),
    ("Use it, or remove it", msg("Pakai, atau hapus")),
    ("Remove it", msg("Hapus")),
    ("Remove the line", msg("Hapus baris itu")),
    ("Remove them when the text is done", msg("Hapus kalau teksnya sudah selesai")),
    (
        "Put it into contacts.yml and write {{contact:...}}",
        msg("Masukkan ke daftar kontak, lalu tulis {{contact:...}}"),
    ),
    ("Write '{value} (what it means)'", msg("Tulis '{value} (artinya)'")),
    ("Use that word, or change glossary.yml for all texts", msg("Pakai kata itu")),
    ("Check every fact, then set reviewed_on", msg("Periksa setiap fakta, lalu isi tanggal tinjauan")),
    (
        "Check it against its sources, then set reviewed_on",
        msg("Cocokkan dengan sumbernya, lalu isi tanggal tinjauan"),
    ),
    ("Check the article, then set reviewed_on", msg("Periksa artikelnya, lalu isi tanggal tinjauan")),
    ("Translate every section in the same order", msg("Terjemahkan setiap bagian dengan urutan yang sama")),
    (
        "`{command}` shows what; when both say the same, write source_hash: {hash}",
        msg("Lihat bedanya di samping; kalau isinya sudah sama lagi, centang kotak di bawah"),
    ),
    (
        "Check that it is the official site, then add the host to hosts.yml",
        msg("Pastikan situs itu resmi, lalu tambahkan ke hosts.yml"),
    ),
    (
        "A short number has 3 to 6 digits, e.g. 110 or '119 ext. 8'",
        msg("Nomor pendek terdiri dari 3 sampai 6 angka, misalnya 110"),
    ),
    (
        "Write it with + and the country code, so that it can be dialled from abroad",
        msg("Tulis dengan + dan kode negara, supaya bisa ditelepon dari luar negeri"),
    ),
    ("Add 'url: https://...' or 'ref: ...'", msg("Isi alamat web atau keterangan")),
    ("Use small letters, digits and hyphens", msg("Pakai huruf kecil, angka, dan tanda hubung")),
)


def fault_in(locale: str) -> Callable[[Problem], str]:
    """A function that says a problem and its remedy to somebody who reads this language."""
    if locale != "id":
        return lambda problem: f"{problem.what}. {problem.remedy}."
    say = wording(locale)
    return lambda problem: f"{_said(problem.what, _WHAT, say)}. {_said(problem.remedy, _REMEDY, say)}."


def _said(text: str, known: Sequence[tuple[str, str]], say: Say) -> str:
    for english, here in known:
        if match := _pattern(english).fullmatch(text):
            found = match.groupdict()
            if "rest" in found:
                found["rest"] = _said(found["rest"], known, say)
            return say(here, **found)
    return text


@cache
def _pattern(english: str) -> re.Pattern[str]:
    """What the checks say, with names for what changes."""
    parts = re.split(r"(?<!\{)\{(\w+)\}(?!\})", english)
    return re.compile(
        "".join(f"(?P<{part}>.+?)" if at % 2 else re.escape(part) for at, part in enumerate(parts)), re.DOTALL
    )
