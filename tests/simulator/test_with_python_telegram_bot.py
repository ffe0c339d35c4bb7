"""python-telegram-bot, unchanged, as a client: what works here works at Telegram."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from telegram import (
    Bot,
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    MessageEntity,
    Update,
)
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, RetryAfter, TimedOut
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from simulator import Simulator, User
from simulator.people import PIXEL


@pytest.fixture
async def bot(sim: Simulator) -> AsyncIterator[Bot]:
    async with Bot(sim.token, base_url=f"{sim.url}/bot", base_file_url=f"{sim.url}/file/bot") as bot:
        yield bot


@pytest.fixture
def sari(sim: Simulator) -> User:
    return sim.add_user("Sari", username="sari_simulator")


async def test_a_conversation(sim: Simulator, bot: Bot, sari: User) -> None:
    await sim.start_chat(sari, "poster-7")
    [update] = await bot.get_updates(timeout=1)
    assert update.message is not None
    assert update.message.text == "/start poster-7"
    assert [entity.type for entity in update.message.entities] == [MessageEntity.BOT_COMMAND]
    assert update.effective_user is not None
    assert update.effective_user.language_code == "id"
    keyboard = InlineKeyboardMarkup.from_button(InlineKeyboardButton("Ya", callback_data="yes"))
    bold = [MessageEntity(MessageEntity.BOLD, 0, 7)]
    sent = await bot.send_message(sari.id, "Selamat datang", entities=bold, reply_markup=keyboard)
    assert sent.parse_entities() == {sent.entities[0]: "Selamat"}
    await sim.press(sari, sim.messages(sari)[-1], "Ya")
    [update] = await bot.get_updates(offset=update.update_id + 1, timeout=1)
    query = update.callback_query
    assert query is not None
    assert query.data == "yes"
    assert await query.answer("Baik")
    edited = await query.edit_message_text("Terima kasih")
    assert not isinstance(edited, bool)
    assert (edited.text, edited.reply_markup) == ("Terima kasih", None)
    assert await bot.delete_message(sari.id, sent.message_id)
    assert [message["text"] for message in sim.messages(sari)] == ["/start poster-7"]


async def test_every_kind_of_message_from_people(sim: Simulator, bot: Bot, sari: User) -> None:
    await sim.send(sari, photo=True, caption="KTP saya")
    for kind in ("voice", "document", "sticker", "audio"):
        await sim.send(sari, **{kind: True})
    await sim.send(sari, location={"latitude": -6.2, "longitude": 106.8})
    await sim.send(sari, contact={"phone_number": "+6281200000001", "first_name": "Ayah"})
    await sim.send(sari, text="sudah lihat?", forward_from="Agen")
    group = sim.add_group("Desa", "supergroup")
    await sim.send(group, user=sari.id, text="halo")
    channel = sim.add_group("Kabar", "channel")
    await sim.send(channel, text="pengumuman")
    updates = await bot.get_updates()
    messages = [update.effective_message for update in updates]
    photo, voice, document, sticker, audio, place, contact, forward, in_group, post = messages
    assert photo is not None
    assert (photo.caption, photo.photo[-1].width) == ("KTP saya", 1)
    assert voice is not None
    assert voice.voice is not None
    assert document is not None
    assert document.document is not None
    assert document.document.file_name == "document.txt"
    assert sticker is not None
    assert sticker.sticker is not None
    assert sticker.sticker.emoji == "👍"
    assert audio is not None
    assert audio.audio is not None
    assert place is not None
    assert place.location is not None
    assert contact is not None
    assert contact.contact is not None
    assert forward is not None
    assert forward.forward_origin is not None
    assert in_group is not None
    assert in_group.chat.type == "supergroup"
    assert post is not None
    assert updates[-1].channel_post is post
    file = await voice.voice.get_file()
    assert bytes(await file.download_as_bytearray()).startswith(b"OggS")


async def test_files_from_the_bot(sim: Simulator, bot: Bot, sari: User) -> None:
    await sim.start_chat(sari)
    photo = await bot.send_photo(
        sari.id, InputFile(PIXEL, "peta.png"), caption="<b>Peta</b>", parse_mode="HTML"
    )
    assert photo.caption_entities[0].type == "bold"
    again = await bot.send_photo(sari.id, photo.photo[0].file_id)
    assert again.photo[0].file_unique_id == photo.photo[0].file_unique_id
    voice = await bot.send_voice(sari.id, b"OggS" + bytes(20), duration=9)
    assert voice.voice is not None
    # Seconds or a timedelta: the library decides by PTB_TIMEDELTA, which bot/ sets for its process.
    assert voice.voice.duration in (9, timedelta(seconds=9))
    document = await bot.send_document(sari.id, b"a,b\n", filename="biaya.csv")
    assert document.document is not None
    assert document.document.file_name == "biaya.csv"
    long_voice = await bot.send_voice(sari.id, b"OggS" + bytes(1024 * 1024))
    assert (long_voice.voice, long_voice.audio is not None) == (None, True)
    with pytest.raises(BadRequest, match="Image_process_failed"):
        await bot.send_photo(sari.id, b"no picture")


async def test_the_profile_of_the_bot(bot: Bot) -> None:
    assert await bot.set_my_commands([BotCommand("start", "Mulai"), BotCommand("bantuan", "Bantuan")])
    assert await bot.set_my_commands([BotCommand("start", "Begin")], language_code="en")
    assert [command.command for command in await bot.get_my_commands()] == ["start", "bantuan"]
    assert [command.description for command in await bot.get_my_commands(language_code="en")] == ["Begin"]
    assert await bot.delete_my_commands(language_code="en")
    assert await bot.get_my_commands(language_code="en") == ()
    assert await bot.set_my_description("Bekal sebelum berangkat")
    assert (await bot.get_my_description()).description == "Bekal sebelum berangkat"
    assert await bot.set_my_short_description("Bekal")
    assert await bot.set_my_name("Bekal")
    assert await bot.set_chat_menu_button()


async def test_errors_become_the_exceptions_that_they_are_at_telegram(
    sim: Simulator, bot: Bot, sari: User
) -> None:
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(sari.id, "a")
    await sim.start_chat(sari)
    sim.fail("flood", retry_after=3)
    with pytest.raises(RetryAfter, match=r"Retry in (3 seconds|0:00:03)"):
        await bot.send_message(sari.id, "a")
    sim.faults.clear()
    sim.people.set_state(sim.bot, sari.id, "blocked")
    with pytest.raises(Forbidden, match="blocked by the user"):
        await bot.send_message(sari.id, "a")
    sim.fail("hang", seconds=5)
    with pytest.raises(TimedOut):
        await bot.get_me(read_timeout=0.1)
    stranger = Bot("12:short", base_url=f"{sim.url}/bot")
    with pytest.raises(InvalidToken):
        await stranger.initialize()
    await stranger.shutdown()


async def test_of_two_pollers_the_first_is_told_of_the_conflict(sim: Simulator, bot: Bot, sari: User) -> None:
    async with Bot(sim.token, base_url=f"{sim.url}/bot") as rival:
        first = asyncio.create_task(bot.get_updates(timeout=5))
        await asyncio.sleep(0.05)
        second = asyncio.create_task(rival.get_updates(timeout=5))
        with pytest.raises(Conflict, match="only one bot instance"):
            await first
        await sim.send_text(sari, "halo")
        assert [update.message.text for update in await second if update.message] == ["halo"]


async def test_an_application_answers_by_polling(sim: Simulator, sari: User) -> None:
    async def start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message is not None
        button = InlineKeyboardButton("Biaya", callback_data="cost")
        await update.message.reply_text(
            f"Halo {context.args}", reply_markup=InlineKeyboardMarkup.from_button(button)
        )

    async def echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message is not None
        assert update.message.text is not None
        await update.message.reply_text(update.message.text.upper())

    async def pressed(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.callback_query is not None
        await update.callback_query.answer()
        await update.callback_query.edit_message_text("Gratis")

    application = Application.builder().token(sim.token).base_url(f"{sim.url}/bot").build()
    application.add_handler(CommandHandler("start", start))
    application.add_handler(CallbackQueryHandler(pressed))
    application.add_handler(MessageHandler(filters.TEXT, echo))
    async with application:
        await application.start()
        assert application.updater is not None
        await application.updater.start_polling(poll_interval=0.0, timeout=1)
        await sim.start_chat(sari, "poster")
        [greeting] = await sim.wait_for_reply(sari)
        assert greeting["text"] == "Halo ['poster']"
        await sim.press(sari, greeting, "Biaya")
        await sim.wait_until(sari, lambda chat: chat.messages[greeting["message_id"]]["text"] == "Gratis")
        await sim.send_text(sari, "halo")
        [reply] = await sim.wait_for_reply(sari)
        assert reply["text"] == "HALO"
        await application.updater.stop()
        await application.stop()
