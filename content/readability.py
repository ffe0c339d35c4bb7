"""Is a text easy to read? Sentence lengths and unexplained acronyms; gives warnings, never errors."""

import re
from collections.abc import Iterator, Sequence

from content.markdown import PLACEHOLDER, Block

AVERAGE_WORDS = 14
LONGEST_SENTENCE = 25
# A few short pieces say nothing about an average.
ENOUGH_SENTENCES = 4

# Known to everybody, or the official name itself with nothing to spell out for a reader.
_KNOWN_ACRONYMS = """
AS ASEAN ATM BPJS CV DIY DKI HP ID IMEI JFT JLPT TOPIK EPS KB KK KTP KUA NIK NTB NTT OK
PDF PIN PMI CPMI PT QR RI RT RW SD SIM SKCK SMA SMK SMP SMS SSW TKI TKW TNI TV UMKM USB UU WA WNA WNI HK
KL BCA BNI BRI BSI BTN AED EUR HKD IDR JPY KRW KWD MYR NT NTD QAR RM SAR SGD TWD USD A1 A2 B1 B2 C1 C2 D1
D2 D3 N1 N2 N3 N4 N5 S1 S2
"""
CURRENCIES = frozenset({"RM", "NT", "HK", "USD", "AUD"})
KNOWN_ACRONYMS = frozenset(_KNOWN_ACRONYMS.split())
ACRONYM = re.compile(r"(?<![\w-])(?=[A-Z0-9]*[A-Z][A-Z0-9]*[A-Z])[A-Z0-9]{2,}(?![\w])")
ROMAN = re.compile(r"[IVXLC]+")
ABBREVIATION = re.compile(
    r"\b(Jl|No|Kav|dll|dsb|dst|dr|Dr|Kec|Kab|hlm|vs|e\.g|i\.e|a\.n|u\.p|s\.d|Rp|Mr|Ms|ext)\.", re.I
)
SENTENCE_END = re.compile(r"[.!?](?=\s|$)|[:;](?=\s|$)|\n")
WORD = re.compile(r"[^\W_]+(?:[-'./,][^\W_]+)*")
MARKUP = re.compile(r"\]\([^)]*\)|[*`\[\]]")

Fault = tuple[int, str, str]


def faults(blocks: Sequence[Block]) -> Iterator[Fault]:
    """Line, what, remedy; `blocks` are the paragraphs of one article in their order."""
    yield from too_long(blocks)
    lengths = [_words(sentence) for block in blocks for sentence in sentences(block.source)]
    if len(lengths) >= ENOUGH_SENTENCES and (average := sum(lengths) / len(lengths)) > AVERAGE_WORDS:
        what = f"Sentences have {average:.1f} words on average, {AVERAGE_WORDS} are easy to read"
        yield blocks[0].line, what, "Shorten the longest ones"
    yield from _unexplained(blocks)


def too_long(blocks: Sequence[Block]) -> Iterator[Fault]:
    """Sentences that nobody reads to their end."""
    for block in blocks:
        for sentence in sentences(block.source):
            if (count := _words(sentence)) > LONGEST_SENTENCE:
                start = " ".join(sentence.split()[:5])
                what = (
                    f"A sentence of {count} words, at most {LONGEST_SENTENCE} are easy to read: '{start} ...'"
                )
                yield block.line, what, "Make two or three of it"


def _words(sentence: str) -> int:
    return len(WORD.findall(sentence))


def sentences(source: str) -> list[str]:
    """The sentences of a paragraph's Markdown, without its markup."""
    plain = ABBREVIATION.sub(r"\1", MARKUP.sub("", PLACEHOLDER.sub("Kontak", source)))
    pieces = SENTENCE_END.split(re.sub(r"\s*\n\s*", " ", plain))
    return [piece.strip() for piece in pieces if WORD.search(piece)]


def _unexplained(blocks: Sequence[Block]) -> Iterator[Fault]:
    seen = set(KNOWN_ACRONYMS)
    for block in blocks:
        plain = MARKUP.sub("", PLACEHOLDER.sub(" ", block.source))
        for match in ACRONYM.finditer(plain):
            acronym = match[0]
            if acronym in seen or acronym.rstrip("0123456789") in CURRENCIES or ROMAN.fullmatch(acronym):
                continue
            seen.add(acronym)
            before, after = plain[: match.start()].rstrip(), plain[match.end() :].lstrip()
            if not (after.startswith("(") or before.endswith("(")):
                what = f"'{acronym}' is not explained where it first stands"
                yield block.line, what, f"Write '{acronym} (what it means)'"
