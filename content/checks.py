"""Everything that is checked about a content folder once its files are read.

Each check gets the whole draft and yields problems. To add one, write a function and add it to CHECKS, which
decide whether the content is served, or to REVIEWS, which are for staff and know the date.
"""

from collections.abc import Callable, Iterator
from datetime import date

from content import links, page_checks, readability, table_checks, wording
from content.draft import CONTACTS, TOPICS, Draft
from content.freshness import Freshness, freshness_of, next_review
from content.markdown import Block
from content.model import SOURCE_LOCALE
from content.problems import Problem, Severity, hint

TITLE_LIMIT = 60
SUMMARY_LIMIT = 400
SECTION_LIMIT = 900

Check = Callable[[Draft], Iterator[Problem]]
Review = Callable[[Draft, date], Iterator[Problem]]


def errors(draft: Draft) -> list[Problem]:
    """What keeps this content from being served, sorted by file and line; no clock decides about it."""
    found = (problem for check in CHECKS for problem in check(draft))
    return sorted({*draft.problems, *found})


def problems(draft: Draft, today: date) -> list[Problem]:
    """Errors and warnings, sorted by file and line."""
    found = (problem for review in REVIEWS for problem in review(draft, today))
    return sorted({*errors(draft), *found})


def topics_have_articles(draft: Draft) -> Iterator[Problem]:
    written = {page.topic for page in draft.pages if page.is_source}
    unreadable = {problem.file for problem in draft.problems}
    for topic, module in draft.topics.articles.items():
        file = f"articles/{SOURCE_LOCALE}/{module}/{topic}.md"
        if topic not in written and file not in unreadable:
            yield Problem(
                TOPICS, draft.topics.lines[topic], f"Topic '{topic}' has no article", f"Write {file}"
            )


def pages_belong_to_topics(draft: Draft) -> Iterator[Problem]:
    topics = draft.topics
    if not topics.articles:
        return  # topics.yml could not be read: that is told once, and not again for every page
    for page in draft.pages:
        if page.topic in topics.service:
            remedy = "Remove the file: these questions have replies of their own"
            yield Problem(page.file, 1, f"'{page.topic}' is a topic about the bot itself", remedy)
        elif page.topic not in topics.articles:
            remedy = hint(page.topic, topics.articles, f"Add the topic to {TOPICS}, or remove the file")
            yield Problem(page.file, 1, f"There is no topic '{page.topic}'", remedy)
        elif page.module != topics.articles[page.topic]:
            right = f"articles/{page.locale}/{topics.articles[page.topic]}/"
            yield Problem(
                page.file,
                1,
                f"'{page.topic}' does not belong to module '{page.module}'",
                f"Move it to {right}",
            )


def references_exist(draft: Draft) -> Iterator[Problem]:
    contacts = [placed.contact.id for placed in draft.contacts]
    for page in draft.pages:
        line = page.line_of("related")
        for topic in page.related:
            if topic == page.topic:
                yield Problem(page.file, line, "'related' names the article itself", "Name another topic")
            elif draft.topics.articles and topic not in draft.topics.articles:
                remedy = hint(topic, draft.topics.articles, "Name a topic that has an article")
                yield Problem(page.file, line, f"'related' names an unknown topic: '{topic}'", remedy)
        if page.ask and contacts and page.ask not in contacts:
            remedy = hint(page.ask, contacts, "Use an id of contacts.yml")
            yield Problem(
                page.file, page.line_of("ask"), f"'ask' names an unknown contact: '{page.ask}'", remedy
            )


def texts_fit(draft: Draft) -> Iterator[Problem]:
    for page in draft.pages:
        if len(page.title) > TITLE_LIMIT:
            what = f"The title has {len(page.title)} characters, {TITLE_LIMIT} are allowed"
            yield Problem(page.file, page.line_of("title"), what, "Shorten it")
        if (length := len(page.summary.text)) > SUMMARY_LIMIT:
            what = f"The summary has {length} characters, {SUMMARY_LIMIT} are allowed"
            yield Problem(page.file, page.line_of("summary"), what, "Move details into a section")
        if not page.body.sections:
            yield Problem(page.file, 1, "The article has no section", "Add one that starts with '## ...'")
        for placed in page.body.sections:
            section = placed.section
            if section.heading and not section.body.text.strip():
                remedy = "Write something below it, or remove it"
                yield Problem(page.file, placed.line, f"Section '{section.heading}' is empty", remedy)
            if (length := len(section.heading) + 1 + len(section.body.text)) > SECTION_LIMIT:
                what = f"Section '{section.heading}' has {length} characters, {SECTION_LIMIT} are allowed"
                yield Problem(page.file, placed.line, what, "Split it in two")


def links_are_listed(draft: Draft) -> Iterator[Problem]:
    if not draft.hosts:
        return
    for page in draft.pages:
        for link in page.body.links:
            if fault := links.fault(link.url, link.text, draft.hosts):
                yield Problem(page.file, link.line, f"The link '{link.url}' {fault[0]}", fault[1])


def wording_is_safe(draft: Draft) -> Iterator[Problem]:
    for page in draft.pages:
        if found := wording.title_fault(page.title):
            yield Problem(page.file, page.line_of("title"), *found)
        title = Block(page.line_of("title"), page.title)
        for block in (title, *page.summary_blocks, *page.body.blocks):
            for what, remedy in wording.faults(block.source, draft.hosts):
                yield Problem(page.file, block.line, what, remedy)


def contacts_can_be_reached(draft: Draft) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for placed in draft.contacts:
        contact = placed.contact
        if contact.id and contact.id in seen:
            what = f"Contact '{contact.id}' stands here twice (line {seen[contact.id]})"
            yield Problem(CONTACTS, placed.line, what, "Remove one of the two, or give it another id")
        seen.setdefault(contact.id, placed.line)
        # Every district has its labour office: people go there, so it needs neither number nor page.
        if not contact.numbers and not contact.web and "office" not in contact.kinds:
            what = f"Contact '{contact.id}' has neither a number nor a web page"
            yield Problem(CONTACTS, placed.line, what, "Add 'numbers' or 'web'")


def translations_have_a_source(draft: Draft) -> Iterator[Problem]:
    written = {page.topic for page in draft.pages if page.is_source}
    for page in draft.pages:
        if page.topic in draft.topics.articles and page.topic not in written:
            remedy = "Write the Indonesian article first"
            yield Problem(page.file, 1, f"'{page.topic}' has no Indonesian article to translate", remedy)


def translations_are_current(draft: Draft, today: date) -> Iterator[Problem]:
    sources = {page.topic: page for page in draft.pages if page.is_source}
    for page in draft.pages:
        source = sources.get(page.topic)
        if source and not page.is_source and page.source_hash and page.source_hash != source.text_hash:
            what = f"The Indonesian article has changed since this translation ({page.source_hash})"
            show = f"`./bekal content translate {page.topic} {page.locale}` shows what"
            remedy = f"{show}; when both say the same, write source_hash: {source.text_hash}"
            yield Problem(page.file, page.line_of("source_hash"), what, remedy, Severity.WARNING)


def translations_mirror(draft: Draft, today: date) -> Iterator[Problem]:
    sources = {page.topic: page for page in draft.pages if page.is_source}
    for page in draft.pages:
        source = sources.get(page.topic)
        if source is None or page.is_source:
            continue
        theirs = [placed.section.destinations for placed in source.body.sections]
        if [placed.section.destinations for placed in page.body.sections] != theirs:
            what = f"The sections or destinations differ from the {len(theirs)} sections in Indonesian"
            yield Problem(page.file, 1, what, "Translate every section in the same order", Severity.WARNING)


def dates_are_past(draft: Draft, today: date) -> Iterator[Problem]:
    for page in draft.pages:
        if page.reviewed_on > today:
            what = f"'reviewed_on' lies in the future: {page.reviewed_on}"
            yield Problem(page.file, page.line_of("reviewed_on"), what, "Write the day of the last review")
    for placed in draft.contacts:
        if placed.contact.checked_on > today:
            what = f"'checked_on' lies in the future: {placed.contact.checked_on}"
            yield Problem(CONTACTS, placed.lines["checked_on"], what, "Write the day of the last check")


def reviews_are_done(draft: Draft, today: date) -> Iterator[Problem]:
    for page in draft.pages:
        if not page.is_source or page.reviewed_on == date.min:
            continue
        line, due = page.line_of("reviewed_on"), next_review(page.reviewed_on, page.review_months)
        match freshness_of(page.reviewed_on, page.review_months, today):
            case Freshness.DUE:
                what, remedy = f"Due for review since {due}", "Check every fact, then set reviewed_on"
                yield Problem(page.file, line, what, remedy, Severity.WARNING)
            case Freshness.WITHHELD:
                what = f"Too old to be sent: due for review since {due}"
                yield Problem(
                    page.file, line, what, "Check every fact, then set reviewed_on", Severity.WARNING
                )
    for placed in draft.contacts:
        contact = placed.contact
        if contact.checked_on != date.min and contact.overdue(today):
            what = f"Contact '{contact.id}' is due for a check since {contact.next_check}"
            remedy = "Open its official page, dial once if it is no emergency line, then set checked_on"
            yield Problem(CONTACTS, placed.lines["checked_on"], what, remedy, Severity.WARNING)


def texts_are_readable(draft: Draft, today: date) -> Iterator[Problem]:
    for page in draft.pages:
        blocks = (*page.summary_blocks, *page.body.blocks)
        for line, what, remedy in readability.faults(blocks):
            yield Problem(page.file, line, what, remedy, Severity.WARNING)


CHECKS: tuple[Check, ...] = (
    topics_have_articles,
    pages_belong_to_topics,
    references_exist,
    texts_fit,
    links_are_listed,
    wording_is_safe,
    contacts_can_be_reached,
    translations_have_a_source,
    page_checks.recordings_can_be_sent,
    page_checks.corrections_are_safe,
    table_checks.ids_are_single,
    table_checks.contacts_exist,
    table_checks.texts_are_safe,
)
REVIEWS: tuple[Review, ...] = (
    translations_are_current,
    translations_mirror,
    dates_are_past,
    reviews_are_done,
    texts_are_readable,
    page_checks.recordings_are_current,
    page_checks.corrections_are_past,
    page_checks.notes_are_removed,
    page_checks.titles_fit_a_button,
    page_checks.words_are_called_the_same,
    table_checks.rows_are_reviewed,
    table_checks.wages_have_not_ended,
    table_checks.texts_are_readable,
    table_checks.words_are_called_the_same,
)
