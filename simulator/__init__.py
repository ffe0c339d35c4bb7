"""A local Telegram: a strict Bot API server and a chat page, for demos, previews and tests."""

from simulator.api import ApiError
from simulator.server import Simulator
from simulator.world import Chat, User

__all__ = ["ApiError", "Chat", "Simulator", "User"]
