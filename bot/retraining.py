"""The models of the console: questions put together, a new version trained, compared, switched to and back.

Training runs in a process of its own. The model that serves changes only by `switch` and `back`, for this
process at once and for later ones by the choice in the data folder.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import bot.models
from bot import review_files
from bot.evaluation import EVALUATION
from bot.logs import get_logger
from bot.model_versions import REVIEW, SHIPPED
from bot.models import load_version, versions_of
from bot.retraining_job import REPORT, Job
from bot.settings import ROOT
from bot.wiring import App
from console.questions_models import FAILED, TRAINING, ModelUnusable, Status, Twin, Version, Work
from nlu import TrainingError, likeness, training
from storage.questions import Example

log = get_logger("retraining")

FOLDER = "nlu-review"


class Retraining:
    """For `console.questions_models.Models`; to be used once the app has its knowledge.

    `labels` is the folder with the messages that models are measured on, by default ours.
    """

    def __init__(self, app: App, labels: Path | None = None) -> None:
        self._app = app
        self._labels = labels or EVALUATION
        self._versions = versions_of(app.settings)
        self._work: Work | None = None
        self._task: asyncio.Task[None] | None = None
        self._shipped: tuple[list[str], list[Twin]] | None = None
        self._one = asyncio.Lock()

    @property
    def modules(self) -> Mapping[str, str]:
        """Topics of the articles, and what else the model knows: the service, and what is out of scope."""
        assert self._app.engine is not None
        topics = self._app.library.catalog.topics if self._app.library else {}
        return {**self._app.engine.model.modules, **topics}

    async def groups(self, texts: Sequence[str]) -> list[list[int]]:
        """Places in `texts`, put together by likeness."""
        assert self._app.engine is not None
        return await asyncio.to_thread(likeness.groups, texts, self._app.engine.model)

    async def twins(self, new: Sequence[Example], others: Sequence[Example]) -> list[Twin | None]:
        """For each new example what says the same already."""
        return await asyncio.to_thread(self._twins, new, others)

    async def keep(self, examples: Sequence[Example]) -> None:
        """Write the review files anew; a folder that cannot be written is told in the log."""
        folder = self._app.settings.data_dir / FOLDER
        async with self._one:
            try:
                await asyncio.to_thread(review_files.write, folder, examples, self.modules)
            except OSError as error:
                log.error("review_files_not_written", reason=error.strerror)

    async def status(self) -> Status:
        """What serves, and how the newest version compares."""
        return await asyncio.to_thread(self._status)

    async def train(self, examples: Sequence[Example]) -> bool:
        """Train a version named after this moment. False while one is under way."""
        if self._task is not None and not self._task.done():
            return False
        now = self._app.clock()
        name = now.strftime("%Y%m%d-%H%M%S")
        self._work = Work(TRAINING, now)
        self._task = asyncio.create_task(self._train(name, list(examples)), name="retraining")
        return True

    async def switch(self, name: str) -> None:
        """Let a version serve. Raises KeyError, ModelUnusable."""
        async with self._one:
            if not self._versions.path(name).is_dir():
                raise KeyError(name)
            await self._serve(name)
            self._versions.choose(name)

    async def back(self) -> None:
        """Let the version before serve again. Raises KeyError, ModelUnusable."""
        async with self._one:
            served = self._versions.served()
            if len(served) < 2:
                raise KeyError(SHIPPED)
            await self._serve(served[-2])
            self._versions.back()

    async def close(self) -> None:
        """Stop a training under way."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _serve(self, name: str) -> None:
        app = self._app
        assert app.understanding is not None
        try:
            engine = await asyncio.to_thread(load_version, app.settings, name, lambda: app.library)
        except (TrainingError, OSError) as error:
            raise ModelUnusable from error
        app.engine = engine
        app.understanding.replace(engine)
        log.info("model_serves", version=name)

    async def _train(self, name: str, examples: Sequence[Example]) -> None:
        """Ends with a report, or with the word that it failed."""
        started = self._app.clock()
        try:
            job = await asyncio.to_thread(self._prepared, name, examples)
            await self._run(job)
            self._work = None
            log.info("model_trained", version=name, examples=job.examples)
        except Exception as error:
            log.error("retraining_failed", kind=type(error).__name__, reason=str(error)[:200])
            self._work = Work(FAILED, started)

    def _prepared(self, name: str, examples: Sequence[Example]) -> Job:
        self._versions.clear()
        folder = self._versions.path(name)
        folder.mkdir(parents=True)
        learned = review_files.write(folder / REVIEW, examples, self.modules)
        settings = self._app.settings
        return Job(
            training=str(bot.models.TRAINING),
            content=str(settings.content_dir),
            old=str(self._versions.path(self._versions.live)),
            new=str(folder),
            labels=tuple(str(file) for file in sorted(self._labels.glob("*.jsonl"))),
            encoder=settings.nlu_encoder,
            name=name,
            trained_at=self._app.clock().isoformat(),
            examples=learned,
        )

    async def _run(self, job: Job) -> None:
        # It needs no settings, least of all the token.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("BEKAL_")}
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot.retraining_job",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=ROOT,
            env=environment,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(job.as_json().encode())
            process.stdin.close()
            async for line in process.stdout:
                step, done, total = json.loads(line)
                if step == FAILED:
                    raise RuntimeError(f"{done} in training")
                self._work = Work(step, self._work.since if self._work else self._app.clock(), done, total)
            if await process.wait():
                raise RuntimeError(f"exit code {process.returncode}")
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    def _status(self) -> Status:
        served = self._versions.served()
        names = [path.parent.name for path in sorted(self._versions.folder.glob(f"*/{REPORT}"))]
        report = self._report(names[-1]) if names else None
        return Status(
            live=self._version(served[-1]),
            before=self._version(served[-2]) if len(served) > 1 else None,
            newest=self._version(names[-1]) if names and report else None,
            report=report,
            work=self._work,
        )

    def _version(self, name: str) -> Version:
        report = self._report(name) if name != SHIPPED else None
        if report is None:
            return Version(name)
        return Version(name, datetime.fromisoformat(report["trained_at"]), int(report["examples"]))

    def _report(self, name: str) -> dict[str, Any] | None:
        try:
            text = (self._versions.path(name) / REPORT).read_text(encoding="utf-8")
            return dict(json.loads(text))
        except (OSError, ValueError, KeyError):
            return None

    def _twins(self, new: Sequence[Example], others: Sequence[Example]) -> list[Twin | None]:
        shipped, twins = self._known()
        words = [*shipped, *(likeness.folded(other.text) for other in others)]
        known = [*twins, *(Twin(other.text, other.topic) for other in others)]
        found: list[Twin | None] = []
        for example in new:
            folded = likeness.folded(example.text)
            place = likeness.twin(folded, words)
            found.append(None if place is None else known[place])
            if place is None:
                words.append(folded)
                known.append(Twin(example.text, example.topic))
        return found

    def _known(self) -> tuple[list[str], list[Twin]]:
        """The shipped examples; they do not change while the bot runs."""
        if self._shipped is None:
            examples = training.read(bot.models.TRAINING).examples
            twins = [Twin(example.text, example.intent) for example in examples]
            self._shipped = ([likeness.folded(example.text) for example in examples], twins)
        return self._shipped
