"""The second factor: codes that change every 30 seconds, and recovery codes for a lost phone."""

from __future__ import annotations

import hmac
import re
import secrets
from datetime import datetime

import pyotp
import segno
from markupsafe import Markup

SECONDS = 30
ISSUER = "Bekal"
RECOVERY_CODES = 8
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else


def new_secret() -> str:
    """A TOTP secret (160 bits, base32)."""
    return pyotp.random_base32()


def address(secret: str, name: str) -> str:
    """The otpauth:// address that an authenticator app opens."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def picture(address: str) -> Markup:
    """The address as a QR code: an SVG without size, dark on light in every colour scheme."""
    code = segno.make(address, micro=False)
    return Markup(code.svg_inline(omitsize=True, svgclass="qr", lineclass=None, light="#fff"))


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The time step whose code this is, one step of clock difference allowed; None for a wrong code."""
    code = re.sub(r"\s", "", code)
    current = int(now.timestamp()) // SECONDS
    totp = pyotp.TOTP(secret)
    fits = [
        step
        for step in (current - 1, current, current + 1)
        if hmac.compare_digest(totp.at(step * SECONDS).encode(), code.encode())
    ]
    return fits[-1] if fits else None


def new_recovery() -> list[str]:
    """Fresh recovery codes, e.g. "k7mq-2xrt-9hbn" (about 59 bits each)."""
    return [
        "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(3))
        for _ in range(RECOVERY_CODES)
    ]


def tidy_recovery(code: str) -> str:
    """A typed recovery code as it was printed."""
    letters = re.sub(r"[^a-z0-9]", "", code.lower())
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))
