from collections.abc import AsyncIterator
from typing import Any

import pytest
from telegram.ext import Application

import nlu
from handlers import Conversation
from tests.transcripts.driver import Clock, Person, load_understander, services, start_application


@pytest.fixture(scope="session")
def understander() -> nlu.Understander:
    return load_understander()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def application() -> AsyncIterator[Application[Any, Any, Any, Any, Any, Any]]:
    made = await start_application()
    yield made
    await made.shutdown()


@pytest.fixture
def person(
    application: Application[Any, Any, Any, Any, Any, Any], understander: nlu.Understander, clock: Clock
) -> Person:
    return Person(application, Conversation(application, services(understander, clock)), clock)
