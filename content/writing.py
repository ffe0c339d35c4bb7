"""Files that staff start from: the skeleton of a new article, and of a translation."""

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from content import frontmatter, yaml
from content.draft import TOPICS, read
from content.fields import ID
from content.model import LOCALES, SOURCE_LOCALE, Locale
from content.pages import Page
from content.problems import hint
from content.topics import ID_RULE, Topics

OWNER_OF = {
    "routes": "penempatan",
    "skills": "kompetensi",
    "destinations": "kompetensi",
    "protection": "pelindungan",
    "money": "keuangan",
    "return": "pemberdayaan",
}
NOTE = frontmatter.NOTE
HEADING = re.compile(r"##\s")
ATTRIBUTE = re.compile(r"\{destination=[^}]*\}")
PLACEHOLDER_ONLY = re.compile(r"(?:[-*]|\d+\.)?\s*\{\{[^}]*\}\}\.?")

ARTICLE = """---
# Judul, paling banyak 60 huruf; di tombol tampak sekitar 40.
# Title, at most 60 characters; a button shows about 40.
title:
# Jawaban singkat, dua atau tiga kalimat, paling banyak 400 huruf.
# The short answer, two or three sentences, at most 400 characters.
summary: |

# Dari mana Anda tahu? tier: law, official, news atau secondary.
# How do you know? One entry for each source.
sources:
  - title:
    url:
    date:
    tier:
    retrieved: {today}
reviewed_on: {today}
# 3, 6, 12 atau 24 bulan: secepat apa faktanya berubah? / How quickly do the facts change?
review_months: 6
owner: {owner}
# Dua sampai empat topik lain. / Two to four other topics.
related: []
danger: false
ask: kp2mi-hotline
---
%% Baris yang mulai dengan dua tanda persen hanya untuk penulis dan tidak dikirim.
%% Lines that start with two percent signs are for writers; nobody is sent them.
## Caranya

## Biaya

## Siapa yang ditanya
- {{{{contact:kp2mi-hotline}}}}.
"""


class CannotWrite(Exception):
    """The file cannot be made; the message says why and what to do."""


def new_article(folder: Path, topic: str, module: str, today: date) -> list[str]:
    """Write the skeleton of an article and list its topic in topics.yml; returns the files that changed.

    Raises CannotWrite.
    """
    topics = read(folder).topics
    if module not in topics.modules:
        known = ", ".join(topics.modules)
        raise CannotWrite(
            f"there is no module '{module}'. {hint(module, topics.modules, f'Use one of {known}')}"
        )
    if not ID.fullmatch(topic):
        raise CannotWrite(f"'{topic}' cannot be the name of a topic. {ID_RULE}")
    if topic in topics.service or topics.articles.get(topic, module) != module:
        taken = topics.articles.get(topic, "service")
        raise CannotWrite(f"the topic '{topic}' is in module '{taken}' already. Choose another name")
    file = f"articles/{SOURCE_LOCALE}/{module}/{topic}.md"
    if (folder / file).exists():
        raise CannotWrite(f"{file} is there already. Open it, or see it with `content preview {topic}`")
    changed = [file]
    if topic not in topics.articles:
        # What it is about is left for staff to say.
        listed = topic_listed((folder / TOPICS).read_text(encoding="utf-8"), topics, topic, module, "")
        (folder / TOPICS).write_text(listed, encoding="utf-8")
        changed.append(TOPICS)
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    (folder / file).write_text(article_text(module, today), encoding="utf-8")
    return changed


def article_text(module: str, today: date) -> str:
    """The skeleton of an article."""
    return ARTICLE.format(today=today, owner=OWNER_OF.get(module, "penempatan"))


def topic_listed(text: str, topics: Topics, topic: str, module: str, scope: str) -> str:
    """The text of topics.yml with one more topic, below the last one of its module."""
    last = max(topics.lines[known] for known, where in topics.articles.items() if where == module)
    lines = text.split("\n")
    indent = lines[last - 1][: len(lines[last - 1]) - len(lines[last - 1].lstrip())]
    lines.insert(last, f"{indent}{topic}: {{scope: {json.dumps(scope, ensure_ascii=False)}}}")
    return "\n".join(lines)


def new_translation(folder: Path, source: Page, locale: Locale) -> str:
    """Write a translation's skeleton with the Indonesian text beside it; returns the file.

    Raises CannotWrite.
    """
    if locale not in LOCALES or locale == SOURCE_LOCALE:
        others = ", ".join(LOCALES[1:])
        raise CannotWrite(f"'{locale}' is no language to translate into. Use one of {others}")
    file = f"articles/{locale}/{source.module}/{source.topic}.md"
    words = (folder / source.file).read_text(encoding="utf-8")
    text = translation_text(words, source.title, source.text_hash)
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    (folder / file).write_text(text, encoding="utf-8")
    return file


def translation_text(source: str, title: str, text_hash: str) -> str:
    """The skeleton of a translation of this article file. Raises YamlError."""
    parts = frontmatter.split(source)
    summary = parts.front.items.get("summary")
    words = summary.raw if isinstance(summary, yaml.Scalar) else ""
    front = [
        "---",
        f"# {title}",
        "title:",
        *(f"# {line}" for line in words.strip().split("\n")),
        "summary: |",
        "",
        f"source_hash: {text_hash}",
        "native_reviewed: false",
        "---",
    ]
    return "\n".join([*front, *_body(parts.body)]).rstrip("\n") + "\n"


def _body(source: str) -> Iterator[str]:
    """Headings empty but for their country, contacts as they are, all else as notes."""
    for line in source.split("\n"):
        if HEADING.match(line):
            yield f"{NOTE} {line}"
            attribute = ATTRIBUTE.search(line)
            yield f"##  {attribute[0]}" if attribute else "## "
        elif not line.strip() or PLACEHOLDER_ONLY.fullmatch(line.strip()):
            yield line
        else:
            yield f"{NOTE} {line}"
