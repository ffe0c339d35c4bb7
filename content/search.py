"""Full-text search over all articles in all languages: BM25, stems, and repair of unknown words."""

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from threading import Lock

import snowballstemmer
from rapidfuzz import process
from rapidfuzz.distance import OSA

from content.model import Article, Hit, Locale

WORD = re.compile(r"[^\W_]+")
LONGEST_WORD = 40
ACCENT = re.compile(r"[\u0300-\u036f]")
DOUBLED = re.compile(r"\b(\w{2,})-\1\w*")
MAX_QUERY_WORDS = 32
# Weighted fields count many times over, so that they are damped later than the usual 1.2 would.
K1, B = 3.0, 0.75
TITLE_WEIGHT, HEADING_WEIGHT, SUMMARY_WEIGHT, BODY_WEIGHT = 4.0, 2.5, 2.0, 1.0
SYNONYM_WEIGHT = 0.6
REPAIRED_WEIGHT = 0.7
REPAIR_FLOOR = 0.74
SHORTEST_REPAIRED = 4
OWN_LANGUAGE_BONUS = 1.1

_STOP_WORDS = """
a ada adalah agar aj aja akan aku ama anda apa apakah assalamualaikum atas atau bagaimana bagi bahwa bang
banget baru begini begitu berapa bgmn biar bikin bilang bisa blg blm boleh brp bs bsa bu buat bukan cara
cuma cuman d dah dan dapat dari deh dengan dg dgn di dia dikasih doang dong dr dri dulu emang enggak g ga
gak gan gimana gini gitu gk gmn gmna gue gw hai hal halo harus ini itu jadi jd jdi jika juga kah kak
kalau kalo kami kamu kan kapan karena kasih kata katanya kaya kayak ke kenapa kita kl klo klw kmn ko kok
krn krna lagi lah lalu lebih lg lho loh lu maka makasih mana mas masih mau mbak memang mengapa mereka min
mn mohon msh ngga nggak nih nya oleh orang pada pak para pas pd permisi punya saat saja sama sampai sampe
sangat saya sdh sebagai secara sedang sekarang semua seperti serta setiap si siapa sih skrg skrng sm smpe
soal sudah supaya sy sya tahu tapi tau tdk telah tentang ter terhadap terus tetap tiap tidak tlg tolong
tp tpi trims trs trus tuh tuk udah udh untuk utk waktu ya yang yg
about am an and any are as at be by can do does for from get go have how i if in is it me my of on or
should so that the their them there they this to us was we what when where which who why will with you
your
ana ing iku iki kang kanggo karo kudu lan nek opo piye sing utawa wis yen
abdi anu ari atawa ieu kumaha mah naon nu pikeun sareng teh tina
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())

_stemmers = {"id": snowballstemmer.stemmer("indonesian"), "en": snowballstemmer.stemmer("english")}
_lock = Lock()


def family(locale: Locale) -> str:
    """The stemmer of a language: Javanese and Sundanese share most of their affixes with Indonesian."""
    return "en" if locale == "en" else "id"


@lru_cache(maxsize=20_000)
def stem(word: str, of: str) -> str:
    with _lock:  # the stemmers keep the word they work on
        return str(_stemmers[of].stemWord(word))


def words(text: str) -> list[str]:
    """Lower-case words without accents and stop words; of "anak-anaknya" one half."""
    plain = text.lower()
    if not plain.isascii():
        plain = ACCENT.sub("", unicodedata.normalize("NFKD", plain))
    if "-" in plain:
        plain = DOUBLED.sub(r"\1", plain)
    return [word for word in WORD.findall(plain) if word not in STOP_WORDS and len(word) <= LONGEST_WORD]


class _Document:
    """One article in one language, counted."""

    def __init__(self, article: Article) -> None:
        self.topic, self.locale = article.topic, article.locale
        self.weights: dict[str, float] = defaultdict(float)
        self.words: set[str] = set()
        headings = []
        of = family(article.locale)
        for text, weight in ((article.title, TITLE_WEIGHT), (article.summary.text, SUMMARY_WEIGHT)):
            self._count(text, weight, of)
        for section in article.sections:
            stems = self._count(section.heading, HEADING_WEIGHT, of)
            stems |= self._count(section.body.text, BODY_WEIGHT, of)
            headings.append((section.heading, frozenset(stems)))
        self.headings = tuple(headings)
        self.length = sum(self.weights.values())

    def _count(self, text: str, weight: float, of: str) -> set[str]:
        found = Counter(words(text))
        stems = set()
        for word, times in found.items():
            stems.add(term := stem(word, of))
            self.weights[term] += weight * times
        self.words.update(found)
        return stems


def _scored_postings(documents: Sequence[_Document]) -> dict[tuple[str, str], tuple[tuple[int, float], ...]]:
    """What each term adds to the score of each document that has it (BM25)."""
    lists: dict[tuple[str, str], list[tuple[int, float]]] = defaultdict(list)
    average = sum(document.length for document in documents) / max(len(documents), 1)
    for number, document in enumerate(documents):
        norm = K1 * (1 - B + B * document.length / max(average, 1.0))
        for term, weight in document.weights.items():
            lists[family(document.locale), term].append((number, weight * (K1 + 1) / (weight + norm)))
    total = len(documents)
    postings = {}
    for key, found in lists.items():
        rarity = math.log(1 + (total - len(found) + 0.5) / (len(found) + 0.5))
        postings[key] = tuple((number, rarity * score) for number, score in found)
    return postings


class LazyIndex:
    """Makes its index at the first search. Two threads may both make it then: it comes out the same."""

    def __init__(self, articles: Sequence[Article], synonyms: Sequence[Sequence[str]] = ()) -> None:
        self._articles, self._synonyms = articles, synonyms

    @cached_property
    def index(self) -> "Index":
        return Index(self._articles, self._synonyms)


class Index:
    """An inverted index; built once, then only read."""

    def __init__(self, articles: Iterable[Article], synonyms: Sequence[Sequence[str]] = ()) -> None:
        documents = [_Document(article) for article in articles]
        self._texts = [(document.topic, document.locale, document.headings) for document in documents]
        self._postings = _scored_postings(documents)
        known: dict[str, set[str]] = defaultdict(set)
        for document in documents:
            for word in document.words:
                known[word[0]].add(word)
        self._known = {letter: tuple(sorted(group)) for letter, group in known.items()}
        self._synonyms: dict[str, tuple[str, ...]] = {}
        for group in synonyms:
            stems = tuple(dict.fromkeys(stem(word, "id") for phrase in group for word in words(phrase)))
            for one in stems:
                self._synonyms[one] = tuple(dict.fromkeys((*self._synonyms.get(one, ()), *stems)))

    def search(self, query: str, locale: Locale, limit: int = 5) -> list[Hit]:
        """Best first, one hit a topic. Words that no article has are repaired to the nearest known."""
        terms = self._terms(query)
        scores: dict[int, float] = defaultdict(float)
        for key, weight in terms.items():
            for number, score in self._postings[key]:
                scores[number] += weight * score
        best: dict[str, tuple[float, int]] = {}
        for number, score in scores.items():
            topic, own, _ = self._texts[number]
            score *= OWN_LANGUAGE_BONUS if own == locale else 1.0
            best[topic] = max(best.get(topic, (0.0, 0)), (score, number))
        ranked = sorted(best.items(), key=lambda item: (-item[1][0], item[0]))[: max(limit, 0)]
        return [Hit(topic, score, self._heading(number, terms)) for topic, (score, number) in ranked]

    def _terms(self, query: str) -> Mapping[tuple[str, str], float]:
        terms: dict[tuple[str, str], float] = {}
        for word in dict.fromkeys(words(query)[:MAX_QUERY_WORDS]):
            found = [(of, term) for of in _stemmers if (of, term := stem(word, of)) in self._postings]
            weight = 1.0
            if not found and (repaired := self._repaired(word)):
                found = [(of, term) for of in _stemmers if (of, term := stem(repaired, of)) in self._postings]
                weight = REPAIRED_WEIGHT
            related = self._synonyms.get(stem(word, "id"), ())
            for key in found:
                terms[key] = max(terms.get(key, 0.0), weight)
            for term in related:
                if ("id", term) in self._postings:
                    terms.setdefault(("id", term), SYNONYM_WEIGHT)
        return terms

    def _repaired(self, word: str) -> str | None:
        if len(word) < SHORTEST_REPAIRED or word.isdigit():
            return None
        found = process.extractOne(
            word, self._known.get(word[0], ()), scorer=OSA.normalized_similarity, score_cutoff=REPAIR_FLOOR
        )
        return found[0] if found else None

    def _heading(self, number: int, terms: Mapping[tuple[str, str], float]) -> str:
        _, locale, headings = self._texts[number]
        wanted = {term for of, term in terms if of == family(locale)}
        best = max(headings, key=lambda section: len(wanted & section[1]), default=("", frozenset()))
        return best[0] if wanted & best[1] else ""
