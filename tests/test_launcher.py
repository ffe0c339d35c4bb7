"""`./bekal` on machines of all kinds: with a stand-in for Python, so that nothing is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ("awk", "cat", "chmod", "cksum", "cut", "df", "dirname", "grep", "mkdir", "readlink", "rm", "sh")
Ended = subprocess.CompletedProcess[str]

# What the launcher asks of Python; every installation and every start is noted in calls.txt.
PYTHON = """#!/bin/sh
case "$1 ${2-}" in
    "-V ") echo "Python ${FAKE_VERSION:-3.11.7}" ;;
    "-c import sys; sys.exit(not"*) [ -z "${FAKE_OLD-}" ] ;;
    "-c "*) exit 0 ;;
    "-m venv") mkdir -p "$3/bin" && cat "$0" >"$3/bin/python" && chmod +x "$3/bin/python" ;;
    "-m pip")
        for last; do :; done
        case " $* " in *" install "*) ;; *) exit 0 ;; esac
        echo "pip $*" >>"$FAKE_CALLS"
        echo "Collecting something"
        case "$last" in
            *"/${FAKE_BROKEN-nothing}.txt") echo "ERROR: no such package as this"; exit 1 ;;
        esac ;;
    *)
        echo "start $# in $PWD path $PYTHONPATH" >>"$FAKE_CALLS"
        for each; do echo "<$each>"; done ;;
esac
"""


@dataclass
class Machine:
    """A copy of the launcher in a folder of its own, and a PATH with nothing on it but what it needs."""

    root: Path
    bin: Path
    calls_file: Path

    def run(
        self, *arguments: str, launcher: Path | None = None, **environ: str
    ) -> subprocess.CompletedProcess[str]:
        """Call the launcher."""
        return subprocess.run(
            [str(launcher or self.root / "bekal"), *arguments],
            env={"PATH": str(self.bin), "FAKE_CALLS": str(self.calls_file), **environ},
            cwd=self.bin,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    def calls(self, kind: str) -> list[str]:
        """Installations (pip) or starts so far."""
        if not self.calls_file.exists():
            return []
        return [line for line in self.calls_file.read_text().splitlines() if line.startswith(kind)]

    def installed(self) -> list[str]:
        """The lock files that were installed, in order."""
        return [line.rpartition("/")[2].removesuffix(".txt") for line in self.calls("pip")]

    def add(self, name: str, text: str) -> None:
        """Put a program on the PATH."""
        (self.bin / name).unlink(missing_ok=True)
        (self.bin / name).write_text(text)
        (self.bin / name).chmod(0o755)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    root, programs = tmp_path / "a folder with 'blanks' & more", tmp_path / "bin"
    (root / "requirements").mkdir(parents=True)
    programs.mkdir()
    shutil.copy(ROOT / "bekal", root)
    for name in ("base", "dev", "encoder"):
        (root / "requirements" / f"{name}.txt").write_text(f"something-for-{name}==1.0\n")
    for name in (*TOOLS, "tail"):
        found = shutil.which(name)
        assert found
        (programs / name).symlink_to(found)
    made = Machine(root, programs, tmp_path / "calls.txt")
    made.add("sleep", f"#!/bin/sh\nexec {shutil.which('sleep')} 0.02\n")
    made.add("python3", PYTHON)
    return made


def one_line(result: Ended, *words: str) -> None:
    """A refusal that says what to do, in one line."""
    assert result.returncode == 1
    assert result.stdout == ""
    last = result.stderr.splitlines()[-1]
    assert last.startswith("bekal: ")
    for word in words:
        assert word in last


def test_the_first_start_sets_up_and_the_second_does_not(machine: Machine) -> None:
    first = machine.run("say", "dua kata", "", "*", "$HOME")
    assert first.returncode == 0
    assert first.stdout.splitlines() == ["<-m>", "<bot>", "<say>", "<dua kata>", "<>", "<*>", "<$HOME>"]
    assert machine.installed() == ["base", "encoder"]
    assert all("--require-hashes" in call for call in machine.calls("pip"))
    assert f"in {machine.bin} path {machine.root}" in machine.calls("start")[0]
    assert not (machine.root / ".venv.setup").exists()
    second = machine.run("doctor")
    assert (second.returncode, second.stderr) == (0, "")
    assert machine.installed() == ["base", "encoder"]


def test_test_installs_what_tests_need_and_runs_them_at_home(machine: Machine) -> None:
    result = machine.run("test", "-k", "dua kata")
    assert result.stdout.splitlines() == ["<-m>", "<pytest>", "<-k>", "<dua kata>"]
    assert machine.installed() == ["base", "encoder", "dev"]
    assert f"in {machine.root} path" in machine.calls("start")[0]


@pytest.mark.parametrize("change", ["lock", "python"])
def test_a_new_lock_file_or_another_python_sets_up_anew(machine: Machine, change: str) -> None:
    machine.run("doctor")
    environ = {}
    if change == "lock":
        (machine.root / "requirements" / "base.txt").write_text("something-for-base==2.0\n")
    else:
        environ = {"FAKE_VERSION": "3.12.1"}
    assert machine.run("doctor", **environ).returncode == 0
    assert machine.installed() == ["base", "encoder"] * 2


def test_without_a_python_it_says_which_one_to_install(machine: Machine) -> None:
    (machine.bin / "python3").unlink()
    one_line(machine.run("demo"), "needs Python 3.11 or newer")
    assert not (machine.root / ".venv.setup").exists()
    # A version manager's stand-in without a Python behind it, and one that is too old.
    machine.add("python3", "#!/bin/sh\necho 'pyenv: python3: command not found' >&2\nexit 127\n")
    one_line(machine.run("demo"), "needs Python 3.11 or newer")
    machine.add("python3", PYTHON)
    one_line(machine.run("demo", FAKE_OLD="1"), "needs Python 3.11 or newer")
    machine.add("python3.12", PYTHON)
    machine.add("python3", "#!/bin/sh\nexit 1\n")
    assert machine.run("demo").returncode == 0


def test_a_full_disk_is_named_before_anything_is_written(machine: Machine) -> None:
    machine.add("df", "#!/bin/sh\necho head\necho /dev/x 1000000 900000 100000 90% /\n")
    one_line(machine.run("demo"), "needs 600 MB of free disk", "100 MB are left")
    assert not (machine.root / ".venv").exists()


def test_a_failed_installation_names_its_reason_and_is_taken_up_again(machine: Machine) -> None:
    one_line(machine.run("demo", FAKE_BROKEN="base"), "no such package as this", "setup.log")
    assert not (machine.root / ".venv.setup").exists()
    assert machine.run("doctor").returncode == 0
    assert machine.installed() == ["base", "base", "encoder"]


def test_without_the_encoder_it_goes_on(machine: Machine) -> None:
    result = machine.run("doctor", FAKE_BROKEN="encoder")
    assert result.returncode == 0
    assert "going on without it" in result.stderr
    assert machine.run("doctor").stderr == ""


def test_a_lock_that_a_dead_setup_left_is_taken_over(machine: Machine) -> None:
    dead = subprocess.Popen(["true"])
    dead.wait()
    lock = machine.root / ".venv.setup"
    lock.mkdir()
    (lock / "pid").write_text(f"{dead.pid}\n")
    assert machine.run("doctor").returncode == 0
    assert not lock.exists()
    # Killed before it could write its number.
    shutil.rmtree(machine.root / ".venv")
    lock.mkdir()
    assert machine.run("doctor").returncode == 0


def test_a_setup_that_runs_is_not_disturbed(machine: Machine) -> None:
    lock = machine.root / ".venv.setup"
    lock.mkdir()
    (lock / "pid").write_text(f"{os.getpid()}\n")
    one_line(machine.run("doctor"), f"another setup is running here (process {os.getpid()})")
    assert machine.installed() == []
    assert lock.exists()


@pytest.mark.parametrize("chain", ["absolute", "relative", "two"])
def test_it_may_be_called_through_a_link(machine: Machine, chain: str, tmp_path: Path) -> None:
    elsewhere = tmp_path / "some where"
    elsewhere.mkdir()
    link = elsewhere / "bekal"
    target = machine.root / "bekal"
    link.symlink_to(target if chain == "absolute" else Path(os.path.relpath(target, elsewhere)))
    if chain == "two":
        link = elsewhere / "again"
        link.symlink_to("bekal")
    result = machine.run("doctor", launcher=link)
    assert result.returncode == 0
    assert f"path {machine.root}" in machine.calls("start")[0]
    assert (machine.root / ".venv").is_dir()
    assert not (elsewhere / ".venv").exists()
