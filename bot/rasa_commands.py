"""`bekal rasa`: set up, train and serve Rasa, the other engine (docs/understanding.md)."""

from __future__ import annotations

import os
import subprocess
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn
from urllib.parse import urlsplit

import typer

from bot.rasa_setup import TOKEN_VARIABLE, Places, RasaError, command_line, outside_world, setup, token
from bot.settings import ROOT, SettingsError, load_settings

PROJECT = ROOT / "nlu"
LOOPBACK = "127.0.0.1"
DEFAULT_PORT = 5005

rasa_app = typer.Typer(help="Rasa as the engine for topics, a process of its own.", no_args_is_help=True)


class Pipeline(StrEnum):
    """What is trained: logistic regression, or Rasa's transformer."""

    LR = "lr"
    DIET = "diet"

    @property
    def config(self) -> Path:
        """Its file in the Rasa project."""
        return PROJECT / ("config.yml" if self is Pipeline.LR else f"config-{self.value}.yml")


def _fail(message: object) -> NoReturn:
    typer.echo(f"bekal: {message}", err=True)
    raise typer.Exit(1)


def _places() -> tuple[Places, str]:
    try:
        settings = load_settings()
    except SettingsError as error:
        _fail(error)
    return Places.of(settings), settings.rasa_url


@rasa_app.command("setup")
def rasa_setup() -> None:
    """Install Rasa into an environment of its own in the data folder (2.7 GB); needs Python 3.10."""
    places, _ = _places()
    try:
        setup(places, lambda line: typer.echo(f"bekal: {line}"))
    except RasaError as error:
        _fail(error)


@rasa_app.command("train")
def rasa_train(
    pipeline: Annotated[
        Pipeline, typer.Option(help="lr: about two minutes; diet: most of an hour.")
    ] = Pipeline.LR,
) -> None:
    """Train Rasa on the data in nlu/training/; the newest model is the one that is served."""
    places, _ = _places()
    started = time.monotonic()
    try:
        command = command_line(
            places, "train", "nlu", "--config", pipeline.config, "--nlu", PROJECT / "data",
            "--domain", PROJECT / "domain.yml", "--out", places.models, "--fixed-model-name", pipeline.value,
        )  # fmt: skip
    except RasaError as error:
        _fail(error)
    done = subprocess.run(command, cwd=places.root, env=outside_world(), check=False)
    if done.returncode != 0:
        _fail(f"Rasa could not train (exit code {done.returncode}); its last lines above say why")
    typer.echo(f"trained in {time.monotonic() - started:.0f} s; kept in {places.models}")


@rasa_app.command("serve")
def rasa_serve(
    port: Annotated[int | None, typer.Option(help="Default: the port in BEKAL_RASA_URL.")] = None,
) -> None:
    """Serve the newest model on this machine only, until it is told to stop."""
    places, url = _places()
    port = port or urlsplit(url).port or DEFAULT_PORT
    try:
        command = command_line(
            places, "run", "--enable-api", "--interface", LOOPBACK, "--port", str(port),
            "--model", places.models, "--quiet",
        )  # fmt: skip
        if not any(places.models.glob("*.tar.gz")):
            raise RasaError("there is no trained model yet: call `bekal rasa train` first")
        environment = outside_world(**{TOKEN_VARIABLE: token(places)})
    except RasaError as error:
        _fail(error)
    typer.echo(f"bekal: Rasa answers on http://{LOOPBACK}:{port} in about half a minute", err=True)
    os.chdir(places.root)
    # In our place, so that whoever stops this process stops Rasa.
    os.execve(command[0], command, environment)
