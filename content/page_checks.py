"""What is checked about recordings, corrections and notes in articles."""

from collections.abc import Iterator
from datetime import date

from content import glossary, wording
from content.draft import Draft
from content.problems import Problem, Severity

BUTTON_LIMIT = 40
"""About what a phone shows of a button's label in one line."""


def recordings_can_be_sent(draft: Draft) -> Iterator[Problem]:
    for page in draft.pages:
        if page.recording is None:
            continue
        line, file = page.line_of("audio"), page.recording.file
        sound = draft.sounds.get(file)
        if sound is None:
            yield Problem(page.file, line, f"There is no recording {file}", "Put it there, or remove 'audio'")
        elif fault := sound.fault:
            yield Problem(page.file, line, f"The recording {file} {fault[0]}", fault[1])


def corrections_are_safe(draft: Draft) -> Iterator[Problem]:
    for page in draft.pages:
        if page.correction is not None:
            for what, remedy in wording.faults(page.correction.what, draft.hosts):
                yield Problem(page.file, page.line_of("correction"), what, remedy)


def recordings_are_current(draft: Draft, today: date) -> Iterator[Problem]:
    for page in draft.pages:
        if page.recording is not None and page.recording.text_hash != page.spoken_hash:
            what = "The recording says an older text, so it is not offered"
            remedy = f"Record the text as it is now, then write text_hash: {page.spoken_hash}"
            yield Problem(page.file, page.line_of("audio"), what, remedy, Severity.WARNING)
    named = {page.recording.file for page in draft.pages if page.recording is not None}
    for file in draft.sounds:
        if file not in named:
            remedy = "Name it in its article under 'audio', or remove it"
            yield Problem(file, 1, "No article names this recording", remedy, Severity.WARNING)


def corrections_are_past(draft: Draft, today: date) -> Iterator[Problem]:
    for page in draft.pages:
        if page.correction is None:
            continue
        line, day = page.line_of("correction"), page.correction.day
        if day > today:
            what = f"The correction lies in the future: {day}"
            yield Problem(page.file, line, what, "Write the day on which the text was corrected")
        elif day > page.reviewed_on:
            what = f"The correction of {day} is newer than the last review"
            yield Problem(page.file, line, what, "Check the article, then set reviewed_on", Severity.WARNING)


def notes_are_removed(draft: Draft, today: date) -> Iterator[Problem]:
    for page in draft.pages:
        if page.notes:
            what = f"{len(page.notes)} lines start with %% (notes that nobody is sent)"
            remedy = "Remove them when the text is done"
            yield Problem(page.file, page.notes[0], what, remedy, Severity.WARNING)


def words_are_called_the_same(draft: Draft, today: date) -> Iterator[Problem]:
    sources = [page for page in draft.pages if page.is_source]
    asked = {page.topic: glossary.in_source(draft.glossary, page.words) for page in sources}
    for page in draft.pages:
        if page.is_source or page.notes:
            continue  # notes: the text is not finished
        for term in glossary.missing(asked.get(page.topic, ()), page.words, page.locale):
            yield Problem(page.file, 1, *glossary.called(term, page.locale), Severity.WARNING)


def titles_fit_a_button(draft: Draft, today: date) -> Iterator[Problem]:
    for page in draft.pages:
        if len(page.title) > BUTTON_LIMIT:
            what = (
                f"The title has {len(page.title)} characters: on a button a phone shows about {BUTTON_LIMIT}"
            )
            remedy = "Shorten it, or put the words that matter first"
            yield Problem(page.file, page.line_of("title"), what, remedy, Severity.WARNING)
