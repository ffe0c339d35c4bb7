"""Puts everything together: settings, intake, lanes, delivery, command line, wording, logs, metrics."""

import os

# python-telegram-bot 22 deprecates integer seconds and asks for this before its first import.
os.environ.setdefault("PTB_TIMEDELTA", "true")
