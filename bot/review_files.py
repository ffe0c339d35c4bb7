"""What staff want learned, as training data in Rasa's format: `<language>/<module>.yml`.

The files are made from the store, whole: what was taken back or erased there is in no file any more.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from bot.model_versions import write_whole
from nlu.training import LANGUAGES, RASA_VERSION
from storage.questions import Example

HEAD = f"""\
# Questions of people, masked and chosen by staff. Written anew at each decision: change them in the console.
version: "{RASA_VERSION}"
nlu:
"""


def write(folder: Path, examples: Iterable[Example], modules: Mapping[str, str]) -> int:
    """Make the folder hold exactly these examples -> how many. What has no module any more is left out.

    `modules` gives the module of a topic. Raises OSError.
    """
    files: dict[tuple[str, str], dict[str, dict[str, None]]] = {}
    for example in examples:
        module = modules.get(example.topic)
        if module is not None and example.language in LANGUAGES:
            topics = files.setdefault((example.language, module), {})
            topics.setdefault(example.topic, {})[example.text] = None
    new = folder.with_name(f".{folder.name}-new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    for (language, module), topics in files.items():
        path = new / language / f"{module}.yml"
        path.parent.mkdir(exist_ok=True)
        write_whole(path, HEAD + "".join(_block(topic, texts) for topic, texts in sorted(topics.items())))
    shutil.rmtree(folder, ignore_errors=True)
    new.replace(folder)
    return sum(len(texts) for topics in files.values() for texts in topics.values())


def _block(topic: str, texts: Iterable[str]) -> str:
    lines = "".join(f"    - {text}\n" for text in texts)
    return f"- intent: {topic}\n  examples: |\n{lines}"
