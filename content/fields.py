"""Typed reading of YAML mappings. What is wrong becomes a problem; the reader goes on with a default."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal

from content import countries, yaml
from content.model import LOCALES, SOURCE_LOCALE, Locale, frozen
from content.problems import Problem, hint

Report = Callable[[int, str, str], None]
"""Takes line, what and remedy."""

ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
NUMBER = re.compile(r"\d{1,12}(\.\d{1,4})?")


COUNTRY_REMEDY = "Write the two capital letters of the country, e.g. TW, or ME for the Middle East"


def reporter(file: str, problems: list[Problem]) -> Report:
    return lambda line, what, remedy: problems.append(Problem(file, line, what, remedy))


class Fields:
    """The fields of one mapping. `name` says in messages what the mapping is, e.g. "a source"."""

    def __init__(self, node: yaml.Node, report: Report, known: Collection[str], name: str) -> None:
        self.report = report
        self.name = name
        self.line = node.line
        self.mapping = node if isinstance(node, yaml.Mapping) else yaml.Mapping({}, {}, node.line)
        self.valid = isinstance(node, yaml.Mapping)
        if not self.valid:
            report(node.line, f"Here {name} is expected", f"Write the fields {', '.join(known)}")
        for key, line in self.mapping.key_lines.items():
            if key not in known:
                report(line, f"'{key}' is not a field of {name}", hint(key, known, "Remove the line"))

    def has(self, key: str) -> bool:
        """Whether the key is there with a value other than null."""
        node = self.mapping.items.get(key)
        return node is not None and not (isinstance(node, yaml.Scalar) and node.value is None)

    def line_of(self, key: str) -> int:
        return self.mapping.key_lines.get(key, self.line)

    def wrong(self, key: str, what: str, remedy: str) -> None:
        self.report(self.line_of(key), f"'{key}' {what}", remedy)

    def node(self, key: str, remedy: str) -> yaml.Node | None:
        """The value of a required key, or None after reporting that it is missing."""
        if self.has(key):
            return self.mapping.items[key]
        if self.valid:
            state = "is empty" if key in self.mapping.items else f"is missing from {self.name}"
            self.wrong(key, state, remedy)
        return None

    def text(self, key: str, remedy: str = "Add it as text") -> str:
        """A required text, "" when absent or wrong. Numbers and dates are taken as they are written."""
        node = self.node(key, remedy)
        if node is None:
            return ""
        if not isinstance(node, yaml.Scalar) or isinstance(node.value, bool):
            self.wrong(key, "must be text", remedy)
            return ""
        if not node.raw.strip():
            self.wrong(key, "is empty", remedy)
        return node.raw.strip()

    def optional_text(self, key: str) -> str | None:
        return self.text(key) or None if self.has(key) else None

    def flag(self, key: str) -> bool:
        node = self.node(key, "Write true or false")
        if isinstance(node, yaml.Scalar) and isinstance(node.value, bool):
            return node.value
        if node is not None:
            self.wrong(key, "must be true or false", "Write true or false, without quotes")
        return False

    def day(self, key: str) -> date:
        """A required date YYYY-MM-DD; date.min when absent or wrong."""
        remedy = "Write a date as YYYY-MM-DD"
        raw = self.text(key, remedy)
        if not raw:
            return date.min
        try:
            if DATE.fullmatch(raw):
                return date.fromisoformat(raw)
        except ValueError:
            pass  # such as 30 February: reported like any other
        self.wrong(key, f"is not a date: '{raw}'", remedy)
        return date.min

    def one_of(self, key: str, known: Collection[str]) -> str:
        """One of a few words; the first of them when absent or wrong."""
        choices = ", ".join(known)
        raw = self.text(key, f"Write one of: {choices}")
        if raw and raw not in known:
            self.wrong(key, f"cannot be '{raw}'", hint(raw, known, f"Write one of: {choices}"))
        return raw if raw in known else next(iter(known))

    def items(self, key: str, remedy: str) -> Sequence[yaml.Node]:
        """A required list, empty when absent or wrong."""
        node = self.node(key, remedy)
        if node is None:
            return ()
        if not isinstance(node, yaml.Sequence):
            self.wrong(key, "must be a list", remedy)
            return ()
        return node.items

    def words(self, key: str, remedy: str) -> tuple[str, ...]:
        """A required list of words."""
        words = []
        for node in self.items(key, remedy):
            if isinstance(node, yaml.Scalar) and node.raw.strip():
                words.append(node.raw.strip())
            else:
                self.report(node.line, f"'{key}' may only hold words", remedy)
        return tuple(words)

    def texts(self, key: str, needed: Collection[Locale] = (SOURCE_LOCALE,)) -> Mapping[Locale, str]:
        """A required text by language, at least in the `needed` ones."""
        node = self.node(key, 'Write {id: "...", en: "..."}')
        if node is None:
            return frozen({})
        inner = Fields(node, self.report, LOCALES, f"'{key}'")
        return frozen(
            {
                locale: inner.text(locale, f"Write it in this language too ({locale})")
                for locale in LOCALES
                if locale in needed or inner.has(locale)
            }
        )

    def number(self, key: str) -> Decimal | None:
        """A required figure without thousands separators; None when absent or wrong."""
        remedy = "Write digits only, e.g. 29500 or 16.5"
        raw = self.text(key, remedy)
        if raw and not NUMBER.fullmatch(raw):
            self.wrong(key, f"is not a number: '{raw}'", remedy)
        return Decimal(raw) if NUMBER.fullmatch(raw) else None

    def country(self, key: str) -> str:
        """A required country code; "" when absent, and as written when it is none."""
        code = self.text(key, COUNTRY_REMEDY)
        if code and code not in countries.codes():
            self.wrong(key, f"is not a country code: '{code}'", COUNTRY_REMEDY)
        return code
