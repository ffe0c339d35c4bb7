"""The engine hangs or breaks: people still get an answer, and danger is still seen."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import nlu
from bot.bench.faults.trial import QUESTION, Found, Trial, percentile
from bot.bench.processes import Process

DANGER = "tolong majikan memukul saya sampai berdarah"
ANSWERED_WITHIN = 3.0


async def sick(trial: Trial, *, people: int) -> Found:
    """The engine hangs, then raises, then is well again; one in ten tells of danger."""
    telegram = trial.telegram
    mood = telegram.folder / "mood"
    mood.write_text("well")
    environ = telegram.environ("webhook")
    arguments = ["-m", "bot.bench.faults.engine", str(mood)]
    running = Process(arguments, environ, telegram.folder / "bot.log")
    figures: dict[str, Any] = {}
    groups: dict[str, list[int]] = {}
    slowest: dict[str, float | None] = {}
    try:
        await telegram.until_ready(running, environ)
        for state in ("hangs", "breaks", "well"):
            mood.write_text(state)
            groups[state] = await telegram.people(people)
            start = time.time()
            words = [DANGER if place % 10 == 0 else QUESTION for place in range(people)]
            for person, text in zip(groups[state], words, strict=True):
                await telegram.write([(person, text)])
            await trial.settle()
            slowest[state] = percentile(await trial.waits(groups[state], start), 0.95)
        code = await running.stop()
    finally:
        if running.popen.poll() is None:
            running.kill()
    everybody = [person for group in groups.values() for person in group]
    found = await trial.account(everybody, 1, len(everybody))
    found.unmarked, found.figures = 0, figures  # each gets an answer of another length
    unsafe = 0
    for group in groups.values():
        for person in group[::10]:
            [first, *_] = await telegram.messages(person)
            unsafe += "Nomor penting" not in first["text"]
    figures |= {f"p95_s_{state}": wait for state, wait in slowest.items()}
    found.holds["reply rate 100 %"] = found.lost == 0
    found.holds["danger seen each time"] = unsafe == 0
    found.holds["lives on, exit 0"] = code == 0
    return found


def run_sick(mood: Path) -> int:
    """Run the bot with an engine whose health is written in a file: well | hangs | breaks."""
    well = nlu.Understander.understand

    def understand(self: nlu.Understander, *arguments: Any, **named: Any) -> nlu.Understanding:
        state = mood.read_text()
        if state == "hangs":
            time.sleep(60)
        if state == "breaks":
            raise MemoryError
        return well(self, *arguments, **named)

    nlu.Understander.understand = understand  # type: ignore[method-assign]
    from bot import logs
    from bot.runner import run_until_signal
    from bot.settings import load_settings

    settings = load_settings()
    logs.configure(settings.log_level)
    return run_until_signal(settings)


if __name__ == "__main__":
    import os

    code = run_sick(Path(sys.argv[1]))
    sys.stdout.flush()
    os._exit(code)  # as the bot itself: threads that hang would keep the process alive
