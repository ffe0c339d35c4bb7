"""Cuts a message into sentences, for long stories and for two questions in one message."""

import re

MAX_SENTENCES = 24

_BREAK = re.compile(r"(?<=[.!?…])[\s\"')]+(?=\S)|\n+|[?!]+(?=\S)|;\s+")
_ABBREVIATED = re.compile(
    r"\b(?:pt|cv|no|jl|jln|dr|hj|bpk|sdr|st|wr|wb|dll|dsb|tgl|rp|kab|kec|ds|drs|yth)\.$", re.I
)


def split(text: str) -> list[str]:
    """The sentences in order, without empty ones; a message without breaks is one sentence."""
    sentences: list[str] = []
    for part in _BREAK.split(text):
        part = part.strip()
        if not part:
            continue
        if sentences and _ABBREVIATED.search(sentences[-1]):
            sentences[-1] = f"{sentences[-1]} {part}"
        else:
            sentences.append(part)
    if len(sentences) > MAX_SENTENCES:
        half = MAX_SENTENCES // 2
        sentences = sentences[:half] + sentences[-half:]
    return sentences
