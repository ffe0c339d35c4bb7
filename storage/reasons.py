"""Why something failed, as a code. Messages of exceptions may quote what somebody wrote; codes cannot."""

from __future__ import annotations

import re

UNSPECIFIED = "unspecified"
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}\Z")


def reason_code(reason: str | BaseException) -> str:
    """The class name of an exception, or a code such as "blocked" as it is; any other text is dropped."""
    if isinstance(reason, BaseException):
        return type(reason).__name__[:40]
    return reason if _CODE.match(reason) else UNSPECIFIED
