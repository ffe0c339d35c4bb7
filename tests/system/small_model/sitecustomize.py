"""Python imports this at its start where this folder is on its path: processes under test train little."""

from pathlib import Path

import bot.models

bot.models.TRAINING = Path(__file__).resolve().parents[2] / "transcripts" / "training"
