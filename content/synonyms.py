"""`synonyms.yml` (may be absent): words that people use for one thing, for the search."""

from content import yaml
from content.fields import Report

Groups = tuple[tuple[str, ...], ...]


def read_synonyms(root: yaml.Node | None, report: Report) -> Groups:
    remedy = "Write each group as '- [gaji, upah, bayaran]'"
    if root is None:
        return ()
    if not isinstance(root, yaml.Sequence):
        report(root.line, "This is not a list of groups", remedy)
        return ()
    groups = []
    for group in root.items:
        items = group.items if isinstance(group, yaml.Sequence) else ()
        words = tuple(word.raw for word in items if isinstance(word, yaml.Scalar) and word.raw)
        if len(words) < 2 or len(words) != len(items):
            report(group.line, "A group needs two or more words", remedy)
        groups.append(words)
    return tuple(groups)
