"""Reads the training data: Rasa 3.1 NLU files, strictly, with errors that name file and line.

A typo that Rasa would swallow (a tab, a repeated intent, an example without its dash) costs accuracy that
nobody notices, so everything that is not the one shape we write is refused.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

RASA_VERSION = "3.1"
DANGER_KINDS = (
    "violence", "sexual-violence", "confinement", "trafficking", "threat", "self-harm",
    "medical", "child", "disaster",
)  # fmt: skip
DANGER_FOLDER = "danger"
LANGUAGES = ("id", "jv", "su", "en", "ms", "mad", "sas")


class TrainingError(Exception):
    """Training data that cannot be used; `problems` holds lines of the form `file:line: what`."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Example:
    """One training sentence. `module` is the stem of its file."""

    text: str
    intent: str
    language: str
    module: str


@dataclass(frozen=True, slots=True)
class DangerExample:
    """A message with the kinds of danger in it, weightiest first;

    none for a message that only sounds alarming.
    """

    text: str
    kinds: tuple[str, ...]
    language: str


@dataclass(frozen=True, slots=True)
class TrainingData:
    """All examples in the order of the files, which are read sorted by path."""

    examples: tuple[Example, ...]
    danger: tuple[DangerExample, ...] = ()

    @property
    def intents(self) -> tuple[str, ...]:
        return tuple(sorted({example.intent for example in self.examples}))

    @property
    def modules(self) -> dict[str, str]:
        """Module of each intent; an intent of several files belongs to the first."""
        found: dict[str, str] = {}
        for example in self.examples:
            found.setdefault(example.intent, example.module)
        return found


def files(*folders: Path) -> list[Path]:
    """The files of the training data, in the order in which they are read."""
    names = (*LANGUAGES, DANGER_FOLDER)
    return [path for folder in folders for name in names for path in sorted((folder / name).glob("*.yml"))]


def fingerprint(*folders: Path) -> str:
    """Changes with any byte of the training data; does not read it as YAML."""
    digest = hashlib.sha256()
    for path in files(*folders):
        digest.update(f"{path.parent.name}/{path.name}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def read(*folders: Path) -> TrainingData:
    """Read `<folder>/<language>/<module>.yml` and `<folder>/danger/*.yml` of each folder.

    Raises TrainingError with every problem of every file.
    """
    problems: list[str] = []
    examples: dict[tuple[str, str], Example] = {}
    dangers: dict[str, DangerExample] = {}
    for path in files(*folders):
        if path.parent.name == DANGER_FOLDER:
            for found in _read_danger(path, problems):
                dangers.setdefault(found.text.casefold(), found)
        else:
            for example in _read_file(path, path.parent.name, problems):
                examples.setdefault((example.intent, example.text.casefold()), example)
    if not examples and not problems:
        problems.append(f"{folders[0]}:1: no training examples found (looked for <language>/<module>.yml)")
    if problems:
        raise TrainingError(problems)
    return TrainingData(tuple(examples.values()), tuple(dangers.values()))


def load_yaml(path: Path) -> Any:
    """The file with line marks kept. Raises TrainingError."""
    try:
        return YAML(typ="rt").load(path.read_text(encoding="utf-8"))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise TrainingError([f"{path}:{line}: not valid YAML: {error.problem}"]) from error
    except (YAMLError, UnicodeDecodeError) as error:
        raise TrainingError([f"{path}:1: not readable as UTF-8 YAML: {error}"]) from error


def _read_file(path: Path, language: str, problems: list[str]) -> Iterator[Example]:
    try:
        document = load_yaml(path)
    except TrainingError as error:
        problems.extend(error.problems)
        return
    if not isinstance(document, Mapping) or set(document) != {"version", "nlu"}:
        problems.append(f"{path}:1: the file must hold exactly `version` and `nlu`")
        return
    if str(document["version"]) != RASA_VERSION:
        problems.append(f'{path}:1: version must be "{RASA_VERSION}"')
    if not isinstance(document["nlu"], list):
        problems.append(f"{path}:1: `nlu` must be a list of intents")
        return
    seen: set[str] = set()
    for number, block in enumerate(document["nlu"]):
        line = _lc(document["nlu"]).item(number)[0] + 1
        if not isinstance(block, Mapping) or set(block) != {"intent", "examples"}:
            problems.append(f"{path}:{line}: a block must hold exactly `intent` and `examples`")
            continue
        intent = block["intent"]
        if not isinstance(intent, str) or not intent.strip():
            problems.append(f"{path}:{line}: `intent` must be a topic id")
            continue
        if intent in seen:
            problems.append(f"{path}:{line}: intent {intent} stands twice in this file")
        seen.add(intent)
        first = _lc(block).value("examples")[0] + 2
        for text in _sentences(path, first, block["examples"], problems):
            yield Example(text, intent, language, path.stem)


def _sentences(path: Path, line: int, block: object, problems: list[str]) -> Iterator[str]:
    if not isinstance(block, str):
        problems.append(f"{path}:{line - 1}: `examples` must be a block of text (`examples: |`)")
        return
    for offset, raw in enumerate(block.split("\n")):
        if not raw.strip():
            continue
        if not raw.startswith("- ") or not raw[2:].strip():
            problems.append(
                f"{path}:{line + offset}: an example must start with a dash and a space: {raw[:60]!r}"
            )
            continue
        yield raw[2:].strip()


def _read_danger(path: Path, problems: list[str]) -> Iterator[DangerExample]:
    try:
        document = load_yaml(path)
    except TrainingError as error:
        problems.extend(error.problems)
        return
    if not isinstance(document, list):
        problems.append(f"{path}:1: the file must hold a list of {{text, kinds, lang}}")
        return
    for number, entry in enumerate(document):
        line = _lc(document).item(number)[0] + 1
        if not isinstance(entry, Mapping) or set(entry) != {"text", "kinds", "lang"}:
            problems.append(f"{path}:{line}: an entry must hold exactly `text`, `kinds` and `lang`")
            continue
        text, kinds, language = entry["text"], entry["kinds"], entry["lang"]
        if not isinstance(text, str) or not text.strip():
            problems.append(f"{path}:{line}: `text` must be a message")
        elif not isinstance(kinds, list) or not set(kinds) <= set(DANGER_KINDS):
            problems.append(f"{path}:{line}: `kinds` must be a list of {', '.join(DANGER_KINDS)}")
        elif language not in LANGUAGES:
            problems.append(f"{path}:{line}: `lang` must be one of {', '.join(LANGUAGES)}")
        else:
            yield DangerExample(text.strip(), tuple(str(kind) for kind in kinds), str(language))


def _lc(node: Any) -> Any:
    """Lines and columns, which ruamel attaches to every mapping and list that it reads."""
    return node.lc
