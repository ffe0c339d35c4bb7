"""Processes under measurement: started clean, their CPU and memory read from the operating system."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from bot.settings import PREFIX, ROOT

TICKS = os.sysconf("SC_CLK_TCK")
STOP_SECONDS = 30


class Process:
    """A child process whose output goes to a file."""

    def __init__(self, arguments: list[str], environ: Mapping[str, str], log: Path) -> None:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(PREFIX)}
        clean |= {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **environ}
        self._log = log.open("ab")
        self.popen = subprocess.Popen(
            [sys.executable, *arguments], env=clean, cwd=ROOT, stdout=self._log, stderr=self._log
        )

    def cpu_seconds(self) -> float:
        """User and system time so far, all threads."""
        return cpu_seconds(self.popen.pid)

    def peak_mb(self) -> float:
        """The most memory that was resident at once, in MB."""
        for line in Path(f"/proc/{self.popen.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
        return 0.0

    def kill(self) -> None:
        """As by the power cord."""
        with contextlib.suppress(ProcessLookupError):
            self.popen.send_signal(signal.SIGKILL)
        self.popen.wait()
        self._log.close()

    async def stop(self) -> int:
        """In good order -> the exit code."""
        with contextlib.suppress(ProcessLookupError):
            self.popen.send_signal(signal.SIGTERM)
        try:
            return await asyncio.to_thread(self.popen.wait, STOP_SECONDS)
        finally:
            self._log.close()


@contextlib.asynccontextmanager
async def process(arguments: list[str], environ: Mapping[str, str], log: Path) -> AsyncIterator[Process]:
    """A process that ends with the block, whatever happens."""
    running = Process(arguments, environ, log)
    try:
        yield running
    finally:
        running.kill()


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far, all threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
