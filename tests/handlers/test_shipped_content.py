"""Every article that we ship can be opened and read to its end, in every language and for every country."""

import dataclasses
from functools import cache
from pathlib import Path

import pytest
from telegram.ext import Application

import content
import nlu
from handlers import Conversation
from tests.transcripts.driver import Clock, Person, services

FOLDER = Path(__file__).resolve().parents[2] / "content"


@cache
def shipped() -> content.Library:
    return content.Library(FOLDER)


async def read_to_the_end(person: Person, topic: str, country: str) -> None:
    payload: str | None = f"1:part:{topic}:0:{country}"
    while payload:
        person.clock.forward(10)
        exchange = await person.press(payload)
        assert exchange.record is not None
        assert exchange.record.outcome in ("answered", "withheld")
        assert len(exchange.calls) == 1
        buttons = [button for row in person.screen[-1].keyboard for button in row]
        payloads = [button["callback_data"] for button in buttons]
        payload = next((data for data in payloads if data.startswith(f"1:part:{topic}:")), None)


@pytest.mark.parametrize("locale", content.LOCALES)
async def test_every_article_can_be_read_to_its_end(
    application: Application,  # type: ignore[type-arg]
    understander: nlu.Understander,
    clock: Clock,
    locale: str,
) -> None:
    made = services(understander, clock, library=shipped())
    person = Person(application, Conversation(application, made), clock)
    person.chat = dataclasses.replace(person.chat, locale=locale, consent="declined")
    for topic in shipped().catalog.topics:
        clock.forward(10)
        exchange = await person.press(f"1:topic:{topic}")
        assert person.screen[-1].text
        assert exchange.record is not None
        assert exchange.record.topic == topic
        countries = shipped().catalog.article(topic, locale).destinations if locale == "id" else ()
        for country in ("-", *sorted(countries)):
            await read_to_the_end(person, topic, country)


async def test_every_country_with_numbers_has_its_card(
    application: Application,  # type: ignore[type-arg]
    understander: nlu.Understander,
    clock: Clock,
) -> None:
    made = services(understander, clock, library=shipped())
    person = Person(application, Conversation(application, made), clock)
    await person.press("1:sosall:-")
    for button in [button for row in person.screen[-1].keyboard for button in row]:
        clock.forward(10)
        await person.press(button["callback_data"])
        assert person.screen[-1].text.startswith(f"Nomor penting · {button['text']}")
