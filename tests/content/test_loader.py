import dataclasses
import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import content
from content.catalog import source_hash
from content.draft import read_files
from content.loader import build
from content.model import DANGER_KINDS
from tests.content import folder as sample

EVERY_TOPIC = {
    topic: module
    for module in ("routes", "money")
    for topic in sample.TITLES
    if sample.MODULES[topic] == module
}


def encoded(files: dict[str, str]) -> dict[str, bytes]:
    return {name: text.encode() for name, text in files.items()}


def test_a_sound_folder_becomes_a_catalog(folder: Path) -> None:
    catalog = content.load(folder)
    assert catalog.modules == ("routes", "money")
    assert dict(catalog.topics) == EVERY_TOPIC
    assert catalog.service_topics == {"greet"}
    article = catalog.article("passport", "id")
    assert article.title == "Paspor untuk pekerja"
    assert article.summary == content.Rich("Ringkas dan jelas.", (content.Span("bold", 12, 5),))
    assert [section.heading for section in article.sections] == ["Cara mengurus", "Di Taiwan"]
    assert article.destinations == {"TW"}
    assert (article.reviewed_on, article.review_months, article.ask) == (date(2026, 11, 24), 6, "hotline")
    assert article.sources[0].url == "https://peraturan.bpk.go.id/Details/64508"


def test_contacts_are_filled_in_with_their_numbers(folder: Path) -> None:
    text = content.load(folder).article("passport", "id").sections[0].body.text
    assert "Hubungi Pusat Contoh: 0800 1000 (Bebas pulsa); +62 21 5550 0001 (Luar negeri)." in text
    assert "{{" not in text


def test_a_translation_takes_its_facts_from_the_source(folder: Path) -> None:
    source = content.load(folder).article("visa", "id")
    sample.write(folder, {sample.path_of("visa", "en"): sample.translation("Work visa", source_hash(source))})
    article = content.load(folder).article("visa", "en")
    assert (article.locale, article.title, article.stale) == ("en", "Work visa", False)
    assert (article.sources, article.related, article.native_reviewed) == (
        source.sources,
        source.related,
        False,
    )
    assert "0800 1000 (Free); +62 21 5550 0001 (Abroad)" in article.sections[0].body.text


def test_a_missing_translation_falls_back_to_indonesian(folder: Path) -> None:
    catalog = content.load(folder)
    assert catalog.article("visa", "jv").locale == "id"
    with pytest.raises(KeyError):
        catalog.article("no-such-topic", "id")
    with pytest.raises(KeyError):
        catalog.article("greet", "id")


def test_the_source_hash_changes_with_the_words_only(folder: Path) -> None:
    before = source_hash(content.load(folder).article("visa", "id"))
    path = folder / sample.path_of("visa")
    text = path.read_text()
    path.write_text(text.replace("2026-11-24", "2026-11-20").replace("\n\n", "\n\n\n"))
    assert source_hash(content.load(folder).article("visa", "id")) == before
    path.write_text(text.replace("Ringkas", "Singkat"))
    changed = content.load(folder).article("visa", "id")
    assert source_hash(changed) != before


def test_a_changed_source_makes_its_translation_stale(folder: Path) -> None:
    sample.write(folder, {sample.path_of("visa", "en"): sample.translation("Work visa", "0" * 16)})
    assert content.load(folder).article("visa", "en").stale
    problem = next(problem for problem in content.check(folder, date(2026, 11, 24)))
    assert problem.severity is content.Severity.WARNING
    assert source_hash(content.load(folder).article("visa", "id")) in problem.remedy


def test_a_new_number_changes_the_version_of_the_articles_that_show_it(folder: Path) -> None:
    before = content.load(folder)
    contacts = folder / "contacts.yml"
    contacts.write_text(contacts.read_text().replace("5550 0001", "5550 0002"))
    after = content.load(folder)
    assert before.version != after.version
    assert before.article("visa", "id").version != after.article("visa", "id").version
    assert source_hash(before.article("visa", "id")) == source_hash(after.article("visa", "id"))


def test_a_catalog_cannot_be_changed(folder: Path) -> None:
    catalog = content.load(folder)
    with pytest.raises(dataclasses.FrozenInstanceError):
        catalog.version = "x"  # type: ignore[misc]
    for mapping in (catalog.topics, catalog.contacts, catalog.articles):
        with pytest.raises(TypeError):
            mapping["x"] = "y"  # type: ignore[index]


def test_windows_line_ends_and_byte_order_marks_change_nothing(folder: Path) -> None:
    before = content.load(folder)
    for path in folder.rglob("*.*"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    after = content.load(folder)
    assert dict(after.articles) == dict(before.articles)


words = (
    st.text(alphabet="abcdefghij éñ", min_size=1, max_size=30)
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)


@settings(max_examples=60, deadline=None)
@given(
    title=words,
    summary=words,
    sections=st.lists(
        st.tuples(words, words, st.sets(st.sampled_from(["TW", "JP", "ME", "SA"]))), min_size=1, max_size=5
    ),
)
def test_what_is_written_is_what_is_loaded(
    title: str, summary: str, sections: list[tuple[str, str, set[str]]]
) -> None:
    body = "".join(
        f"## {heading}{' {destination=' + ','.join(sorted(codes)) + '}' if codes else ''}\n{text}\n\n"
        for heading, text, codes in sections
    )
    written = sample.article("visa", title=f'"{title}"', summary=summary, body=body)
    files = encoded({**sample.sound(), sample.path_of("visa"): written})
    article = build(read_files(files)).article("visa", "id")
    assert (article.title, article.summary.text) == (title, summary)
    assert [(part.heading, part.body.text, set(part.destinations)) for part in article.sections] == sections


@settings(max_examples=150, deadline=None)
@given(name=st.sampled_from(sorted(sample.sound())), noise=st.binary(max_size=200), data=st.data())
def test_whatever_stands_in_a_file_only_content_errors_come_out(
    name: str, noise: bytes, data: st.DataObject
) -> None:
    files = encoded(sample.sound())
    at = data.draw(st.integers(0, len(files[name])))
    files[name] = files[name][:at] + noise + files[name][at + data.draw(st.integers(0, 40)) :]
    problems: list[content.Problem] = []
    try:
        build(read_files(files))
    except content.ContentError as error:
        problems = error.problems
    assert all(problem.line >= 1 and problem.what and problem.remedy for problem in problems)


def test_a_full_folder_loads_quickly(tmp_path: Path) -> None:
    """78 topics in four languages: 1.5 s on the machine it was built on, with room for slower ones."""
    topics = [f"topic-{number}" for number in range(78)]
    scopes = "".join(f"  {topic}: {{scope: x}}\n" for topic in topics)
    files = {"topics.yml": f"routes:\n{scopes}", "hosts.yml": sample.HOSTS, "contacts.yml": sample.CONTACTS}
    section = sample.BODY.split("## Di Taiwan")[0].replace("{{contact:hotline}}", "kantor itu")
    body = sample.BODY + section * 9
    for number, topic in enumerate(topics):
        text = sample.article("visa", title=f"Judul {number}", body=body)
        related = f"{topics[number - 1]}, {topics[number - 2]}"
        files[f"articles/id/routes/{topic}.md"] = text.replace("passport, remittance", related)
        for locale in ("en", "jv", "su"):
            files[f"articles/{locale}/routes/{topic}.md"] = sample.translation(
                f"Title {number}", "0" * 16, body=body
            )
    sample.write(tmp_path, files)
    start = time.process_time()
    catalog = content.load(tmp_path)
    assert time.process_time() - start < 4.0
    assert len(catalog.articles) == 312


def test_every_kind_of_danger_may_stand_in_contacts(folder: Path) -> None:
    contacts = folder / "contacts.yml"
    contacts.write_text(
        contacts.read_text().replace("kinds: [ministry", f"kinds: [{', '.join(DANGER_KINDS)}, ministry")
    )
    assert set(content.load(folder).contacts["hotline"].kinds) >= set(DANGER_KINDS)
