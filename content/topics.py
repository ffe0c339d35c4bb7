"""`topics.yml`: what Bekal can be asked about, by module."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from content import yaml
from content.fields import ID, Fields, Report
from content.model import frozen

SERVICE = "service"
NOT_MODULES = frozenset({"marks"})
TOPIC_FIELDS = ("scope", "not", "title")
ID_RULE = "Use small letters, digits and single hyphens, e.g. 'agency-check'"


@dataclass(frozen=True, slots=True)
class Topics:
    """`articles` maps topic to module; `service` are intents about the bot itself, without articles."""

    modules: tuple[str, ...] = ()
    articles: Mapping[str, str] = field(default_factory=lambda: frozen({}))
    service: frozenset[str] = frozenset()
    lines: Mapping[str, int] = field(default_factory=lambda: frozen({}))


def read_topics(root: yaml.Node | None, report: Report) -> Topics:
    if not isinstance(root, yaml.Mapping):
        report(1, "There are no topics", "Write 'module:' and the topics of the module below it")
        return Topics()
    modules: list[str] = []
    articles: dict[str, str] = {}
    service: set[str] = set()
    lines: dict[str, int] = {}
    for module, topics in root.items.items():
        if module in NOT_MODULES:
            continue
        line = root.key_lines[module]
        if not ID.fullmatch(module):
            report(line, f"'{module}' is not a valid module name", ID_RULE)
        if not isinstance(topics, yaml.Mapping) or not topics.items:
            report(line, f"Module '{module}' has no topics", "Write 'topic-id: {scope: \"...\"}' below it")
            continue
        for topic, described in topics.items.items():
            line = topics.key_lines[topic]
            if not ID.fullmatch(topic):
                report(line, f"'{topic}' is not a valid topic id", ID_RULE)
            if topic in lines:
                report(
                    line, f"Topic '{topic}' stands here twice (line {lines[topic]})", "Remove one of the two"
                )
            Fields(described, report, TOPIC_FIELDS, "a topic").text("scope", "Say in a line what it is about")
            lines[topic] = line
            if module == SERVICE:
                service.add(topic)
            else:
                articles[topic] = module
        if module != SERVICE:
            modules.append(module)
    return Topics(tuple(modules), frozen(articles), frozenset(service), lines)
