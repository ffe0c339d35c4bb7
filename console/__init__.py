"""The staff console: who needs help, answered by people, in the browser.

`build_console` makes the web application. What it needs from outside stands in `Services`; Telegram's wording
and form come through `Messages`, because only handlers know them.
"""

from console.app import build_console
from console.passwords import Passwords
from console.roles import Role
from console.services import Messages, Services

__all__ = ["Messages", "Passwords", "Role", "Services", "build_console"]
