"""What leaves for Telegram is whole, fits, and is formatted where it should be."""

from hypothesis import example, given
from hypothesis import strategies as st

from content import Rich, Span
from content.model import SpanKind
from handlers.rendering import Page, clean, split, text_params, utf16_length

KINDS: tuple[SpanKind, ...] = ("bold", "italic", "code", "link")
# Letters, breaks, a combining accent, a joiner, and characters of two UTF-16 units.
CHARACTERS = st.sampled_from("ab. \n!é\u0301\u200d🙂🏽𝒳")


@st.composite
def rich_texts(draw: st.DrawFn) -> Rich:
    text = draw(st.text(CHARACTERS, max_size=120))
    spans = []
    for kind in draw(st.lists(st.sampled_from(KINDS), max_size=12)):
        first = draw(st.integers(0, max(len(text) - 1, 0)))
        length = draw(st.integers(1, 30))
        if first + length <= len(text):
            spans.append(Span(kind, first, length, "https://a.example" if kind == "link" else None))
    return Rich(text, tuple(sorted(spans, key=lambda s: (s.offset, -s.length))))


def formatted(rich: Rich) -> list[tuple[str, frozenset[str]]]:
    """Every visible character with the formats that it carries."""
    return [
        (
            character,
            frozenset(s.kind for s in rich.spans if s.offset <= position < s.offset + s.length),
        )
        for position, character in enumerate(rich.text)
        if not character.isspace()
    ]


@given(rich_texts(), st.integers(2, 40))
@example(Rich("🙂" * 3), 3)
@example(Rich("a\u0301" * 30, (Span("bold", 0, 60),)), 7)
def test_splitting_loses_nothing_and_every_part_fits(rich: Rich, limit: int) -> None:
    parts = split(rich, limit)
    for part in parts:
        assert part.text
        assert part.text == part.text.strip()
        assert utf16_length(part.text) <= limit
    assert [pair for part in parts for pair in formatted(part)] == formatted(rich)


@given(st.lists(st.text("ab🙂", min_size=1, max_size=5), max_size=30), st.integers(1, 7))
def test_no_part_has_more_entities_than_are_allowed(words: list[str], most: int) -> None:
    page = Page()
    for word in words:
        page.add(word, "bold").add(" ")
    parts = split(page.rich(), 1000, most)
    assert all(len(part.spans) <= most for part in parts)
    assert [pair for part in parts for pair in formatted(part)] == formatted(page.rich())


@given(rich_texts())
def test_telegram_cuts_out_by_an_entity_what_the_span_covered(rich: Rich) -> None:
    params = text_params(rich)
    wire = params["text"].encode("utf-16-le")
    for span, entity in zip(rich.spans, params.get("entities", []), strict=True):
        start, end = 2 * entity["offset"], 2 * (entity["offset"] + entity["length"])
        assert wire[start:end].decode("utf-16-le") == rich.text[span.offset : span.offset + span.length]


@given(st.text(max_size=40))
def test_a_clean_text_can_always_be_sent(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode("utf-8")
    assert len(cleaned) == len(text)


def test_lone_surrogates_and_control_characters_are_replaced() -> None:
    assert clean("a\ud800b\x00c\x1bd\n") == "a\ufffdb\ufffdc\ufffdd\n"


def test_cuts_fall_between_paragraphs_then_lines_sentences_and_words() -> None:
    assert [p.text for p in split(Rich("satu dua.\n\ntiga empat"), 14)] == ["satu dua.", "tiga empat"]
    assert [p.text for p in split(Rich("satu dua\ntiga empat"), 14)] == ["satu dua", "tiga empat"]
    assert [p.text for p in split(Rich("Satu dua. Tiga empat"), 14)] == ["Satu dua.", "Tiga empat"]
    assert [p.text for p in split(Rich("satu dua tiga"), 10)] == ["satu dua", "tiga"]
    assert [p.text for p in split(Rich("satuduatiga"), 6)] == ["satudu", "atiga"]


def test_a_formatted_stretch_that_fits_is_not_torn() -> None:
    rich = Page().add("kata kata ").add("dua kata", "bold").add(" kata").rich()
    parts = split(rich, 14)
    assert [part.text for part in parts] == ["kata kata", "dua kata kata"]
    assert parts[1].spans == (Span("bold", 0, 8),)


def test_a_formatted_stretch_longer_than_a_message_goes_on_in_the_next() -> None:
    parts = split(Page().add("satu dua tiga", "bold").rich(), 9)
    assert [part.text for part in parts] == ["satu dua", "tiga"]
    assert [part.spans for part in parts] == [(Span("bold", 0, 8),), (Span("bold", 0, 4),)]


def test_a_letter_keeps_its_accents() -> None:
    assert [part.text for part in split(Rich("aaaae\u0301e\u0301"), 5)] == ["aaaa", "e\u0301e\u0301"]


def test_a_page_is_put_together_from_wordings_and_formatted_values() -> None:
    link = Page().add("UU 18", url="https://a.example").rich()
    page = Page().add("Judul", "bold").paragraph().fill("Sumber: {source} ({date})", source=link, date="2017")
    assert page.rich() == Rich(
        "Judul\n\nSumber: UU 18 (2017)", (Span("bold", 0, 5), Span("link", 15, 5, "https://a.example"))
    )


def test_names_and_titles_are_literal() -> None:
    name = "<b>_*[x](tg://user?id=1)`&amp;{0.__class__}"
    assert text_params(Page().add(name).rich()) == {"text": name}
