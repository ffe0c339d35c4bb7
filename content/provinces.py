"""The provinces of Indonesia by their ISO 3166-2 code (without "ID-"), island by island."""

ISLANDS: dict[str, dict[str, str]] = {
    "sumatra": {
        "AC": "Aceh",
        "SU": "Sumatera Utara",
        "SB": "Sumatera Barat",
        "RI": "Riau",
        "KR": "Kepulauan Riau",
        "JA": "Jambi",
        "BE": "Bengkulu",
        "SS": "Sumatera Selatan",
        "BB": "Bangka Belitung",
        "LA": "Lampung",
    },
    "jawa": {
        "BT": "Banten",
        "JK": "DKI Jakarta",
        "JB": "Jawa Barat",
        "JT": "Jawa Tengah",
        "YO": "DI Yogyakarta",
        "JI": "Jawa Timur",
    },
    "nusa": {
        "BA": "Bali",
        "NB": "Nusa Tenggara Barat",
        "NT": "Nusa Tenggara Timur",
    },
    "kalimantan": {
        "KB": "Kalimantan Barat",
        "KT": "Kalimantan Tengah",
        "KS": "Kalimantan Selatan",
        "KI": "Kalimantan Timur",
        "KU": "Kalimantan Utara",
    },
    "sulawesi": {
        "SA": "Sulawesi Utara",
        "GO": "Gorontalo",
        "ST": "Sulawesi Tengah",
        "SR": "Sulawesi Barat",
        "SN": "Sulawesi Selatan",
        "SG": "Sulawesi Tenggara",
    },
    "papua": {
        "MA": "Maluku",
        "MU": "Maluku Utara",
        "PB": "Papua Barat",
        "PD": "Papua Barat Daya",
        "PA": "Papua",
        "PT": "Papua Tengah",
        "PE": "Papua Pegunungan",
        "PS": "Papua Selatan",
    },
}
ISLAND_NAMES = {
    "sumatra": "Sumatra",
    "jawa": "Jawa",
    "nusa": "Bali dan Nusa Tenggara",
    "kalimantan": "Kalimantan",
    "sulawesi": "Sulawesi",
    "papua": "Maluku dan Papua",
}
PROVINCES: dict[str, str] = {code: name for island in ISLANDS.values() for code, name in island.items()}
