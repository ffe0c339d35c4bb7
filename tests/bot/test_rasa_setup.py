"""Rasa's own environment: found, made, started and kept apart, with a stand-in for Python 3.10."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner, Result

import bot.rasa_setup
from bot.rasa_commands import Pipeline, rasa_app
from bot.rasa_setup import LOCK, Places, RasaError, find_python, outside_world, setup, token
from bot.settings import ROOT
from nlu import training

Run = Callable[..., Result]
# Says it is 3.10, makes "environments" with itself inside, and writes down how else it was called.
STAND_IN = f"""#!{sys.executable}
import json, os, pathlib, shutil, sys
if "import sys, venv" in " ".join(sys.argv):
    sys.exit(0)
if "venv" in sys.argv:
    target = pathlib.Path(sys.argv[-1])
    shutil.rmtree(target, ignore_errors=True)
    (target / "bin").mkdir(parents=True)
    shutil.copy(__file__, target / "bin" / "python")
    sys.exit(0)
if os.environ.get("FAIL"):
    print("ERROR: no such release")
    sys.exit(1)
with open(os.environ["CALLS"], "a") as calls:
    calls.write(json.dumps({{"argv": sys.argv, "env": dict(os.environ), "cwd": os.getcwd()}}) + "\\n")
"""


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any Python 3.10."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    for name in [name for name in os.environ if name.startswith("BEKAL_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("BEKAL_DATA_DIR", str(tmp_path / "data"))
    return tmp_path


def put(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(script, encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def python(world: Path) -> Path:
    return put(world / "bin" / "python3.10", STAND_IN)


@pytest.fixture
def places(world: Path) -> Places:
    return Places(world / "data" / "rasa")


def call(*arguments: str) -> Result:
    return CliRunner().invoke(rasa_app, arguments)


def calls(world: Path) -> list[dict[str, object]]:
    import json

    return [json.loads(line) for line in (world / "calls").read_text("utf-8").splitlines()]


def test_python_is_found_on_the_path(python: Path) -> None:
    assert find_python() == python


def test_a_stand_in_of_a_version_manager_is_passed_over(world: Path) -> None:
    put(world / "bin" / "python3.10", "#!/bin/sh\nexit 127\n")
    real = put(world / "pyenv" / "versions" / "3.10.13" / "bin" / "python3.10", STAND_IN)
    assert find_python() == real


def test_python_is_found_with_uv(world: Path) -> None:
    real = put(world / "uv-pythons" / "python3.10", STAND_IN)
    put(world / "bin" / "uv", f"#!/bin/sh\necho {real}\n")
    assert find_python() == real


def test_uv_that_has_none_is_no_python(world: Path) -> None:
    put(world / "bin" / "uv", "#!/bin/sh\nexit 2\n")
    assert find_python() is None


def test_without_python_310_setup_says_so_in_one_line(world: Path) -> None:
    result = call("setup")
    assert result.exit_code == 1
    assert "needs Python 3.10" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not (world / "data").exists()


def test_without_disk_setup_says_so_in_one_line(python: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.rasa_setup, "DISK_NEEDED", 10**18)
    result = call("setup")
    assert result.exit_code == 1
    assert "of free disk" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_setup_installs_the_lock_file_with_hashes_and_only_once(
    python: Path, places: Places, world: Path
) -> None:
    said: list[str] = []
    setup(places, said.append)
    setup(places, said.append)
    [install] = calls(world)
    assert "--require-hashes" in install["argv"]  # type: ignore[operator]
    assert str(LOCK) in install["argv"]  # type: ignore[operator]
    assert said[-1].startswith("Rasa is set up")


def test_another_lock_file_means_another_installation(
    python: Path, places: Places, world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    setup(places, lambda _: None)
    monkeypatch.setattr(bot.rasa_setup, "LOCK", ROOT / "requirements" / "base.txt")
    setup(places, lambda _: None)
    assert len(calls(world)) == 2


def test_an_installation_that_stops_says_why_and_leaves_nothing_that_counts(
    python: Path, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIL", "1")
    with pytest.raises(RasaError, match="no such release"):
        setup(places, lambda _: None)
    monkeypatch.delenv("FAIL")
    assert call("serve").exit_code == 1


@pytest.mark.parametrize("command", ["train", "serve"])
def test_nothing_runs_before_setup(world: Path, command: str) -> None:
    result = call(command)
    assert result.exit_code == 1
    assert "bekal rasa setup" in result.stderr


@pytest.mark.parametrize(("option", "config"), [("lr", "config.yml"), ("diet", "config-diet.yml")])
def test_train_uses_the_project(python: Path, places: Places, world: Path, option: str, config: str) -> None:
    setup(places, lambda _: None)
    assert call("train", "--pipeline", option).exit_code == 0
    argv = calls(world)[-1]["argv"]
    assert argv[-12:-8] == ["train", "nlu", "--config", str(ROOT / "nlu" / config)]  # type: ignore[index]
    assert calls(world)[-1]["env"]["RASA_TELEMETRY_ENABLED"] == "false"  # type: ignore[index]


def test_serve_needs_a_model(python: Path, places: Places) -> None:
    setup(places, lambda _: None)
    result = call("serve")
    assert result.exit_code == 1
    assert "bekal rasa train" in result.stderr


def test_serve_listens_on_this_machine_only_and_hides_its_token(
    python: Path, places: Places, world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    setup(places, lambda _: None)
    put(places.models / "lr.tar.gz", "")
    started: list[tuple[list[str], dict[str, str]]] = []
    monkeypatch.setattr(os, "execve", lambda _path, argv, env: started.append((argv, env)))
    monkeypatch.setattr(os, "chdir", lambda _path: None)
    monkeypatch.setenv("BEKAL_TELEGRAM_TOKEN", "123456:" + "A" * 35)
    monkeypatch.setenv("BEKAL_RASA_URL", "http://127.0.0.1:5111")
    assert call("serve").exit_code == 0
    [(argv, environment)] = started
    secret = places.token.read_text("ascii")
    assert argv[argv.index("--interface") + 1] == "127.0.0.1"
    assert argv[argv.index("--port") + 1] == "5111"
    assert secret not in " ".join(argv)
    assert environment["RASA_AUTH_TOKEN"] == secret
    assert environment["RASA_TELEMETRY_ENABLED"] == "false"
    assert not [name for name in environment if name.startswith("BEKAL_")]


def test_the_token_is_random_kept_and_its_owners_alone(places: Places, tmp_path: Path) -> None:
    first = token(places)
    assert len(first) >= 40
    assert token(places) == first
    assert token(Places(tmp_path / "other")) != first
    assert stat.S_IMODE(places.token.stat().st_mode) == 0o600
    places.token.chmod(0o644)
    with pytest.raises(RasaError, match="others can read"):
        token(places)


def test_rasa_gets_none_of_our_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEKAL_TELEGRAM_TOKEN", "123456:" + "A" * 35)
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    given = outside_world()
    assert "PATH" in given
    assert not {"BEKAL_TELEGRAM_TOKEN", "PYTHONPATH"} & set(given)


def test_the_lock_file_has_a_hash_for_everything_and_no_address() -> None:
    text = LOCK.read_text(encoding="utf-8")
    releases = re.findall(r"^[a-z0-9][^ ]*==", text, re.MULTILINE)
    assert "rasa==" in releases
    assert "://" not in text
    for block in re.split(r"\n(?=[a-z0-9])", text.strip()):
        assert "--hash=sha256:" in block, block.splitlines()[0]


def test_the_domain_holds_exactly_the_topics_of_the_training_data() -> None:
    domain = YAML(typ="safe").load(ROOT / "nlu" / "domain.yml")
    assert domain["intents"] == list(training.read(ROOT / "nlu" / "training").intents)


def test_rasas_own_commands_find_the_same_data() -> None:
    assert (ROOT / "nlu" / "data").resolve() == ROOT / "nlu" / "training"


@pytest.mark.parametrize("pipeline", Pipeline)
def test_every_pipeline_gives_the_whole_ranking(pipeline: Pipeline) -> None:
    config = YAML(typ="safe").load(pipeline.config)
    assert config["pipeline"][-1]["ranking_length"] == 0
