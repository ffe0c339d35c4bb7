"""Names for texts: equal words, equal name."""

import hashlib
import unicodedata


def digest(*texts: str) -> str:
    """16 hex digits that stay the same when only spacing or the form of accents changes."""
    normal = "\n".join(" ".join(unicodedata.normalize("NFC", text).split()) for text in texts)
    return hashlib.sha256(normal.encode("utf-8", "surrogatepass")).hexdigest()[:16]
