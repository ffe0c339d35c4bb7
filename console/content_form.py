"""Forms for the fields of content files: what they show, and what comes back from them.

A value that comes back as it went out is left alone in the file, with its quotes and comments.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString, ScalarString

from console.content_spec import Field
from console.content_yaml import empty_like

Form = Mapping[str, str]
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Input:
    """A field as a page shows it: a value, or further inputs; `name` is its name in the form.

    Of `items`, the last one is empty, for something new.
    """

    field: Field
    name: str
    value: str = ""
    inputs: tuple[Input, ...] = ()
    items: tuple[tuple[Input, ...], ...] = ()


def inputs(fields: Sequence[Field], node: Any, prefix: str = "") -> tuple[Input, ...]:
    """What a form shows of a mapping; of nothing where it is None."""
    there = node if isinstance(node, dict) else {}
    return tuple(_input(field, there.get(field.key), f"{prefix}{field.key}") for field in fields)


def _input(field: Field, value: Any, name: str) -> Input:
    if field.kind in ("texts", "group"):
        return Input(field, name, inputs=inputs(field.fields, value, f"{name}."))
    if field.kind == "items":
        there = [*(value if isinstance(value, list) else ()), None]
        rows = tuple(inputs(field.fields, each, f"{name}.{number}.") for number, each in enumerate(there))
        return Input(field, name, items=rows)
    return Input(field, name, shown(value))


def shown(value: Any) -> str:
    """A value as somebody types it."""
    if value is None or isinstance(value, dict):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(shown(each) for each in value)
    return str(value).rstrip("\n")


def apply(fields: Sequence[Field], node: CommentedMap, form: Form, prefix: str = "") -> bool:
    """Change the mapping to what the form says -> whether anything is different now.

    Fields that the form does not have stay as they are.
    """
    order, changed = [field.key for field in fields], False
    for field in fields:
        changed |= _apply(field, node, form, f"{prefix}{field.key}", order)
    return changed


def _apply(field: Field, node: CommentedMap, form: Form, name: str, order: Sequence[str]) -> bool:
    old = node.get(field.key)
    if field.kind in ("texts", "group"):
        if not any(key.startswith(f"{name}.") for key in form):
            return False
        part = old if isinstance(old, CommentedMap) else CommentedMap()
        if not isinstance(old, CommentedMap):
            part.fa.set_flow_style()
        changed = apply(field.fields, part, form, f"{name}.")
        return changed and _put(node, field.key, part if part else None, order)
    if field.kind == "items":
        return _apply_items(field, node, form, name, order)
    if name not in form or _typed(field, form[name]) == shown(old):
        return False
    return _put(node, field.key, _made(field, _typed(field, form[name]), old), order)


def _apply_items(field: Field, node: CommentedMap, form: Form, name: str, order: Sequence[str]) -> bool:
    numbers = {
        int(match[1]) for key in form if (match := re.match(rf"{re.escape(name)}\.(\d{{1,3}})\.", key))
    }
    if not numbers:
        return False
    old = node.get(field.key)
    items = old if isinstance(old, CommentedSeq) else CommentedSeq()
    count, changed, gone = len(items), False, []
    for number in sorted(numbers):
        prefix = f"{name}.{number}."
        empty = not any(
            value.strip() for key, value in form.items() if key.startswith(prefix) and _counts(key)
        )
        if number >= count:
            if not empty:
                made = empty_like(items)
                apply(field.fields, made, form, prefix)
                items.append(made)
                changed = True
        elif empty:
            gone.append(number)
        elif isinstance(items[number], CommentedMap):
            changed |= apply(field.fields, items[number], form, prefix)
    for number in reversed(gone):
        del items[number]
    if not changed and not gone:
        return False
    return _put(node, field.key, items, order)


def _counts(key: str) -> bool:
    """Whether a filled field makes an item: what is chosen from a list or dated alone says nothing."""
    return key.rpartition(".")[2] not in ("tier", "retrieved", "date", "kind", "per", "basis", "certain")


def _put(node: CommentedMap, key: str, value: Any, order: Sequence[str]) -> bool:
    """Set a field, a new one behind those that stand before it in a form; None takes it out."""
    if value is None:
        if key in node:
            del node[key]
        return True
    if key in node:
        node[key] = value
        return True
    before = set(order[: order.index(key)])
    places = [at for at, name in enumerate(node) if name in before]
    node.insert(places[-1] + 1 if places else 0, key, value)
    return True


def _typed(field: Field, value: str) -> str:
    """What somebody typed, in the form in which it is compared and written."""
    if field.kind == "text":
        return "\n".join(line.rstrip() for line in value.strip("\n").split("\n")).strip()
    tidy = " ".join(value.split())
    if field.kind == "words":
        return ", ".join(part.strip() for part in tidy.split(",") if part.strip())
    return tidy


def _made(field: Field, value: str, old: Any) -> Any:
    """A value as the file writes it; None for nothing."""
    if field.kind == "words":
        words = CommentedSeq(value.split(", ") if value else [])
        words.fa.set_flow_style()
        return words
    if not value:
        return None
    if field.kind == "flag":
        return value == "true"
    if field.kind == "text":
        return LiteralScalarString(value + "\n")
    if DAY.fullmatch(value) and not isinstance(old, ScalarString):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value  # the checks say what is wrong with it
    if field.kind in ("choice", "number") and re.fullmatch(r"[1-9][0-9]{0,14}", value):
        return int(value)
    if isinstance(old, ScalarString):
        return type(old)(value)
    return DoubleQuotedScalarString(value) if field.kind == "line" else value
