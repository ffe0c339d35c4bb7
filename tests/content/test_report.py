"""The state of the content as a page: everything in it, nothing from outside."""

import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

from content import report
from content.draft import read
from content.status import overview
from tests.content import folder as sample

TODAY = date(2026, 11, 24)


class Balanced(HTMLParser):
    """Fails where tags are not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes.update(name for name, _ in attrs)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_stands_alone_and_is_well_formed(folder: Path) -> None:
    page = report.html(folder, TODAY)
    parser = Balanced()
    parser.feed(page)
    assert parser.open == []
    assert not parser.attributes & {"src", "href", "onclick"}
    assert "<script" not in page
    assert "url(" not in page


def test_the_page_names_what_is_due_untranslated_stale_and_wrong(folder: Path) -> None:
    sample.write(folder, {sample.path_of("visa", "en"): sample.translation("Visa", "0" * 16)})
    (folder / sample.path_of("remittance")).unlink()
    text = re.sub(r"<[^>]+>", " ", report.html(folder, date(2027, 5, 24)))
    assert re.search(r"visa\s+yes\s+stale\s+–\s+–\s+1\s+2026-11-24\s+2027-05-24\s+due", text)
    assert re.search(r"remittance\s+–\s+–\s+–\s+–\s+0\s+missing", text)
    assert "Pusat Contoh (contacts.yml), since 2027-02-24" in text
    assert "topics.yml:6: Topic &#x27;remittance&#x27; has no article" in text
    assert re.search(r"2\s+sources: law", text)


def test_what_people_wrote_is_escaped(folder: Path) -> None:
    path = folder / "contacts.yml"
    path.write_text(path.read_text().replace("Pusat Contoh", "Pusat <b>Contoh</b>"))
    page = report.html(folder, date(2027, 5, 24))
    assert "Pusat &lt;b&gt;Contoh&lt;/b&gt;" in page


def test_the_overview_counts_sources_and_rows(folder: Path) -> None:
    seen = overview(read(folder), date(2026, 11, 24))
    assert (dict(seen.tiers), seen.due, seen.table_rows, seen.uncertain_rows) == ({"law": 3}, (), 0, 0)
    assert [row.untranslated for row in seen.topics] == [("en", "jv", "su")] * 3
