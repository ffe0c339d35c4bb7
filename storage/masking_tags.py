"""The tags, and how finds are marked while masking is under way."""

from __future__ import annotations

TAGS = (
    "[NIK]",
    "[KK]",
    "[PASPOR]",
    "[HP]",
    "[EMAIL]",
    "[REK]",
    "[NPWP]",
    "[TAUTAN]",
    "[AKUN]",
    "[ALAMAT]",
    "[NAMA]",
    "[TOKEN]",
    "[LAHIR]",
    "[PLAT]",
)
# While masking, a tag is one character of the private use area, which no rule takes for a letter or a digit.
HIDDEN = 0xE000
SHIELD_FIRST = HIDDEN + len(TAGS)

Find = tuple[int, int, str]
"""Start, end and tag of something to be masked."""
