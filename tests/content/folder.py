"""A small, sound content folder for tests, and ways to spoil it."""

from pathlib import Path

TOPICS = """
routes:
  passport: {scope: "getting a passport"}
  visa:     {scope: "work visa", not: "passport -> passport"}
money:
  remittance: {scope: "sending money home"}
service:
  greet: {scope: "hello"}
marks:
  danger: "not a module"
"""

HOSTS = """
kp2mi.go.id: "The ministry"
peduliwni.kemlu.go.id: "Self-registration"
"""

CONTACTS = """
- id: hotline
  name: Pusat Contoh
  what_for: {id: "Pengaduan", en: "Complaints"}
  numbers:
    - {label: {id: "Bebas pulsa", en: "Free"}, number: "0800 1000", kind: phone}
    - {label: {id: "Luar negeri", en: "Abroad"}, number: "+62 21 5550 0001", kind: phone}
  web: kp2mi.go.id
  hours: null
  dial_from: {id: "Mana saja", en: "Anywhere"}
  destination: null
  kinds: [ministry, complaint, violence]
  sources:
    - {title: "Halaman contoh", url: "https://kp2mi.go.id", date: 2026-10-01, tier: official}
  checked_on: 2026-11-24
  review_months: 3
  confidence: A
"""

TITLES = {
    "passport": "Paspor untuk pekerja",
    "visa": "Visa kerja",
    "remittance": "Mengirim uang ke rumah",
}
MODULES = {"passport": "routes", "visa": "routes", "remittance": "money"}

BODY = """## Cara mengurus
Datang ke kantor imigrasi. Bawa **KTP asli**, lalu bayar.

- Isi formulir
- Simpan [tanda terima](https://kp2mi.go.id/paspor)

Ada masalah? Hubungi {{contact:hotline}}.

## Di Taiwan {destination=TW}
Lapor diri setelah tiba.
"""


def article(
    topic: str, *, title: str | None = None, summary: str = "Ringkas dan **jelas**.", body: str = BODY
) -> str:
    related = ", ".join(other for other in TITLES if other != topic)
    return f"""---
title: {title or TITLES[topic]}
summary: |
  {summary}
sources:
  - title: UU 18/2017 pasal 13
    url: https://peraturan.bpk.go.id/Details/64508
    date: 2017-11-22
    tier: law
    retrieved: 2026-11-24
reviewed_on: 2026-11-24
review_months: 6
owner: penempatan
related: [{related}]
danger: false
ask: hotline
---
{body}"""


def translation(title: str, source_hash: str, *, summary: str = "Short.", body: str = BODY) -> str:
    return f"""---
title: {title}
summary: |
  {summary}
source_hash: {source_hash}
native_reviewed: false
---
{body}"""


def path_of(topic: str, locale: str = "id") -> str:
    return f"articles/{locale}/{MODULES[topic]}/{topic}.md"


def sound() -> dict[str, str]:
    """Every file of a sound folder."""
    articles = {path_of(topic): article(topic) for topic in TITLES}
    return {"topics.yml": TOPICS, "hosts.yml": HOSTS, "contacts.yml": CONTACTS, **articles}


def write(folder: Path, files: dict[str, str] | dict[str, bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder
