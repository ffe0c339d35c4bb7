"""Which messages ask the same, for staff who read many of them."""

from collections.abc import Sequence

import numpy as np
from rapidfuzz import fuzz, process

from nlu.features import Floats
from nlu.model import Model
from nlu.normalise import words_of
from nlu.reading import plain_sentences, read

ALIKE = 0.35
SAME = 92


def groups(texts: Sequence[str], model: Model) -> list[list[int]]:
    """Places in `texts`, put together by the cosine of their words in standard Indonesian.

    The largest group first, equal ones in the order of `texts`. A message joins the group that it is most
    like on average, so the same texts in the same order give the same groups.
    """
    if not texts:
        return []
    likeness = _likeness(texts, model)
    members: list[list[int]] = []
    sums = np.zeros_like(likeness)  # of a group's messages: how like each text they are
    for place in range(len(texts)):
        mean = sums[: len(members), place] / np.array([len(each) for each in members] or [1])
        best = int(mean.argmax()) if members else 0
        if not members or mean[best] < ALIKE:
            best = len(members)
            members.append([])
        members[best].append(place)
        sums[best] += likeness[place]
    return sorted(members, key=lambda group: (-len(group), group[0]))


def twin(text: str, others: Sequence[str]) -> int | None:
    """The place of one of `others` that says the same in nearly the same words; both as by `folded`."""
    found = process.extractOne(text, others, scorer=fuzz.token_sort_ratio, score_cutoff=SAME)
    return None if found is None else int(found[2])


def folded(text: str) -> str:
    """The words of a message without capitals, accents and signs."""
    return " ".join(words_of(text))


def _likeness(texts: Sequence[str], model: Model) -> Floats:
    from scipy.sparse import csr_matrix  # a third of a second, and only staff ask for it

    documents = []
    for text in texts:
        sentences = plain_sentences(text)
        spoken, _ = model.language.likeliest(tuple(word for words in sentences for word in words))
        documents.append(read(sentences, spoken, model.vocabulary).document())
    pointers, indices, values = model.vectoriser.rows(documents)
    size = (len(texts), len(model.vectoriser.vocabulary))
    vectors = csr_matrix((values, indices, pointers), shape=size)
    lengths = np.sqrt(np.asarray(vectors.multiply(vectors).sum(axis=1)).ravel())
    products = (vectors @ vectors.T).toarray()
    return np.asarray(products / np.maximum(np.outer(lengths, lengths), 1e-9), dtype=np.float32)
