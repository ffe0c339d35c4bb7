from content.markdown import Block
from content.readability import faults, sentences


def found(*texts: str) -> list[str]:
    return [what for _, what, _ in faults([Block(number, text) for number, text in enumerate(texts, 1)])]


def test_sentences_end_where_a_reader_stops() -> None:
    text = "Buka **situs**. Cek No. izin di Jl. Raya, dll. lalu {{contact:x}}: simpan! Biaya Rp 2.500.000 ya?"
    assert sentences(text) == [
        "Buka situs",
        "Cek No izin di Jl Raya, dll lalu Kontak",
        "simpan",
        "Biaya Rp 2.500.000 ya",
    ]


def test_a_long_sentence_is_named_with_its_line() -> None:
    block = Block(7, "kata " * 26 + "akhir.")
    (line, what, remedy), *_ = faults([block])
    assert (line, "27 words" in what, remedy) == (7, True, "Make two or three of it")
    assert list(faults([Block(7, "kata " * 24 + "akhir.")])) == []


def test_a_high_average_is_told_once_there_are_enough_sentences() -> None:
    assert found(*["kata " * 15 + "akhir."] * 4) == [
        "Sentences have 16.0 words on average, 14 are easy to read"
    ]
    assert found(*["kata " * 15 + "akhir."] * 3) == []


def test_acronyms_are_explained_where_they_first_stand() -> None:
    assert found("P3MI (perusahaan penempatan) resmi.", "P3MI itu baik.") == []
    assert found("Perusahaan penempatan (P3MI) resmi.") == []
    assert found("KTP, BPJS dan SSW dikenal.") == []
    assert found("Datang ke LTSA dulu.", "LTSA (layanan satu atap).") == [
        "'LTSA' is not explained where it first stands"
    ]
    assert found("Denda RM500 atau NT$100, gelombang XIX.") == []
