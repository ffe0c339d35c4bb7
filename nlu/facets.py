"""What a follow-up may ask about a topic without naming it:

its cost, pay, conditions, papers, or a country.
"""

from collections.abc import Sequence

from nlu import lexicons

COUNTRY_TOPICS = {
    "JP": "dest-japan", "KR": "dest-korea", "TW": "dest-taiwan", "HK": "dest-hongkong", "MO": "dest-hongkong",
    "MY": "dest-malaysia", "SG": "dest-singapore", "DE": "dest-germany", "SA": "dest-middle-east",
    "AE": "dest-middle-east", "QA": "dest-middle-east", "KW": "dest-middle-east", "OM": "dest-middle-east",
    "BH": "dest-middle-east", "JO": "dest-middle-east", "ME": "dest-middle-east",
}  # fmt: skip
LANGUAGE_TOPICS = {"JP": "language-japanese", "KR": "language-korean"}
ASKED = ("cost", "pay", "conditions", "papers")


def facet(words: Sequence[str], country: bool) -> str | None:
    """cost, pay, conditions, papers, same or country, if the words ask for nothing else.

    `words` come without the names of countries; `country` says whether there was one.
    """
    talk = lexicons.word_sets("talk.yml")
    content = {word for word in words if word not in talk["empty"] and not word.isdigit()}
    if not content:
        return "country" if country else "same" if words else None
    for asked in ASKED:
        if content & talk[asked] and content <= talk[asked] | talk["same"]:
            return asked
    return "same" if content <= talk["same"] else None


def topic_of(asked: str, before: str, country: str | None) -> str:
    """The topic of a follow-up on the topic `before`; `country` is the one now spoken of."""
    talk = lexicons.word_sets("talk.yml")
    if asked == "pay":
        return "salary-by-country"
    if asked == "cost":
        return before if before in talk["own_cost"] else "costs-overview"
    if asked == "papers":
        return before if before in talk["own_papers"] else "documents-required"
    if asked == "conditions" and before in talk["no_conditions"]:
        return COUNTRY_TOPICS.get(country, "dest-others") if country else "requirements-basic"
    return in_country(before, country)


def in_country(topic: str, country: str | None) -> str:
    """The same topic for a country; topics that stand for a country change with it."""
    if country is None:
        return topic
    if topic.startswith("dest-"):
        return COUNTRY_TOPICS.get(country, "dest-others")
    if topic.startswith("language-"):
        return LANGUAGE_TOPICS.get(country, "language-other")
    return topic
