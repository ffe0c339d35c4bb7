import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content import markdown
from content.model import Rich, Span


def kinds(rich: Rich) -> list[tuple[str, str]]:
    return [(span.kind, rich.text[span.offset : span.offset + span.length]) for span in rich.spans]


def test_formatting_becomes_spans_in_code_points() -> None:
    rich = markdown.render("🙏 Buka [situs **resmi**](https://kp2mi.go.id) dan cek *nama* `PT`.")
    assert rich.text == "🙏 Buka situs resmi dan cek nama PT."
    assert rich.spans[0] == Span("link", 7, 11, "https://kp2mi.go.id")
    assert kinds(rich) == [("link", "situs resmi"), ("bold", "resmi"), ("italic", "nama"), ("code", "PT")]


def test_lists_and_paragraphs_read_well_as_plain_text() -> None:
    source = "Siapkan:\n- KTP\n  asli\n- KK\n  1. satu\n  2. dua\n\nLalu\nkirim.\n\n3. tiga\n4. empat"
    expected = "Siapkan:\n• KTP asli\n• KK\n   1. satu\n   2. dua\n\nLalu kirim.\n3. tiga\n4. empat"
    assert markdown.render(source).text == expected


def test_a_heading_inside_is_a_bold_line() -> None:
    rich = markdown.render("Satu\n\n### Judul kecil\nDua")
    assert rich.text == "Satu\n\nJudul kecil\nDua"
    assert kinds(rich) == [("bold", "Judul kecil")]


@pytest.mark.parametrize(
    ("source", "line", "part"),
    [
        ("a\n\n<b>x</b>", 3, "HTML"),
        ("<script>x</script>", 1, "HTML"),
        ("a ![x](https://kp2mi.go.id/a.png)", 1, "Pictures"),
        ("a\n\n| a | b |\n| --- | --- |\n| 1 | 2 |", 3, "Tables"),
        ("```\nx\n```", 1, "Code blocks"),
        ("a\n\n    x", 3, "indented"),
        ("> x", 1, "Quotations"),
        ("a\n\n---", 3, "Lines across"),
        ("<https://kp2mi.go.id>", 1, "Bare addresses"),
        ("[](https://kp2mi.go.id)", 1, "no text"),
        ("a\nb\nc {{7*7}}", 3, "'{{7*7}}' is unknown"),
    ],
)
def test_what_a_phone_cannot_show_is_refused_with_its_line(source: str, line: int, part: str) -> None:
    with pytest.raises(markdown.MarkdownError) as caught:
        markdown.render(source)
    fault = caught.value.faults[0]
    assert (fault.line, part in fault.what, bool(fault.remedy)) == (line, True, True)


def test_braces_and_templates_stay_literal() -> None:
    assert markdown.render("{0.name} {% x %} ${y}").text == "{0.name} {% x %} ${y}"


def test_dangerous_addresses_are_kept_for_the_checks_to_see() -> None:
    rendered = markdown.write(markdown.tokens("[a](javascript:alert(1)) [b](tg://user?id=1)"))
    assert [link.url for link in rendered.links] == ["javascript:alert(1)", "tg://user?id=1"]


def test_filled_text_is_never_read_as_markdown() -> None:
    rendered = markdown.write(markdown.tokens("**{{x}}** b"), fill=lambda name: "*[_`<b>")
    assert rendered.rich == Rich("*[_`<b> b", (Span("bold", 0, 7),))


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab 🙏*_`[]()<>!#-1.\n|&\\{}é", max_size=80) | st.text(max_size=80))
def test_spans_always_lie_inside_the_text(source: str) -> None:
    rich = markdown.write(markdown.tokens(source)).rich
    for span in rich.spans:
        assert span.length > 0
        assert 0 <= span.offset <= span.offset + span.length <= len(rich.text)
    assert list(rich.spans) == sorted(rich.spans, key=lambda span: (span.offset, -span.length))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.text(alphabet="abcdefg éñ🙏", min_size=1).map(str.strip).filter(bool), min_size=1, max_size=6)
)
def test_plain_words_come_out_as_they_went_in(pieces: list[str]) -> None:
    bold = markdown.render(" x ".join(f"**{piece}**" for piece in pieces))
    assert bold.text == " x ".join(pieces)
    assert kinds(bold) == [("bold", piece) for piece in pieces]
