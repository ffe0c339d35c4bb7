"""What Bekal tells: articles, contacts and topics that staff own as files, read and checked whole.

`load` gives a Catalog or raises ContentError with everything that is wrong; `Library` keeps the last good
one while files change; `check` and `status` are for staff.
"""

from content.catalog import Catalog
from content.freshness import Freshness
from content.library import Library
from content.loader import check, load
from content.model import LOCALES, Article, Audio, Contact, Hit, Locale, Number, Rich, Section, Source, Span
from content.problems import ContentError, Problem, Severity
from content.status import TopicStatus, status
from content.table_model import Tables

__all__ = [
    "LOCALES",
    "Article",
    "Audio",
    "Catalog",
    "Contact",
    "ContentError",
    "Freshness",
    "Hit",
    "Library",
    "Locale",
    "Number",
    "Problem",
    "Rich",
    "Section",
    "Severity",
    "Source",
    "Span",
    "Tables",
    "TopicStatus",
    "check",
    "load",
    "status",
]
