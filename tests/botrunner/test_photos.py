"""Each picture is uploaded once for each bot."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings
from telegram.error import BadRequest, TelegramError

from botrunner import photos
from botrunner.db import close_connections
from content.messages import Html, Message
from content.models import MediaFile, OutboxMessage
from partners import tenancy
from partners.models import Bot
from tests.botrunner.bot_client import png
from tests.botrunner.test_delivery import reader, say, until_rows
from tests.factories import make_bot
from tests.runner import RunnerThread, now
from tests.telegram import SandboxServer

pytestmark = pytest.mark.django_db(transaction=True)

SENT = (OutboxMessage.State.SENT, "")
PICTURE = "a.png"


@pytest.fixture(autouse=True)
def file(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    settings.MEDIA_ROOT = str(tmp_path)
    path = tmp_path / PICTURE
    path.write_bytes(png())
    hour_ago = (now() - timedelta(hours=1)).timestamp()
    os.utime(path, (hour_ago, hour_ago))
    yield path
    close_connections()


def forget_process() -> None:
    """What a restart does."""
    photos._known.clear()


def stored() -> list[tuple[str, str]]:
    with tenancy.all_partners():
        return list(MediaFile.objects.order_by("pk").values_list("path", "file_id"))


def test_after_a_restart_and_after_a_refusal(anna: Bot, tg: SandboxServer) -> None:
    with RunnerThread(tg.url):
        chat, _lead = reader(tg, anna, "Иван")
        for number in range(1, 5):
            if number == 3:
                forget_process()
            if number == 4:
                forget_process()
                with tenancy.all_partners():
                    MediaFile.objects.update(file_id="AgACAgIof-another-bot")
            message = Message(Html(f"Раз {number}"), picture=PICTURE)
            say(anna, chat.owner.id, "", key=str(number), message=message)
            assert chat.wait_text(f"Раз {number}").photo
            until_rows(anna, [SENT] * number)
    named = [(call.params.get("photo") or "", call.error) for call in tg.calls("sendPhoto")]
    [(path, file_id)] = stored()
    first = named[1][0]
    assert first
    assert named == [("", None), (first, None), (first, None), ("AgACAgIof-another-bot", 400), ("", None)]
    assert (path, file_id) != (PICTURE, first)


class Telegram:
    """Counts what is uploaded; keeps the uploads waiting until it is told otherwise."""

    def __init__(self, *errors: TelegramError) -> None:
        self.errors, self.sent = list(errors), list[str | bytes]()
        self.open = asyncio.Event()

    async def put(self, photo: str | bytes) -> tuple[int, str]:
        self.sent.append(photo)
        await self.open.wait()
        if self.errors:
            raise self.errors.pop(0)
        return len(self.sent), "AgAC-new"

    async def many(self, bot: Bot, count: int) -> list[int | BaseException | None]:
        tasks = [asyncio.create_task(photos.send(bot.telegram_id, PICTURE, self.put)) for _ in range(count)]
        while not self.sent:
            await asyncio.sleep(0)
        self.open.set()
        return await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def uploads(self) -> int:
        return sum(isinstance(photo, bytes) for photo in self.sent)


def test_whoever_comes_during_the_upload_waits_for_it() -> None:
    bot = make_bot()

    async def run() -> None:
        telegram = Telegram()
        assert None not in await telegram.many(bot, 5)
        assert (telegram.uploads, len(telegram.sent)) == (1, 5)

    asyncio.run(run())
    assert stored() == [(PICTURE, "AgAC-new")]


def test_when_the_first_upload_fails_the_others_do_without_it() -> None:
    bot = make_bot()

    async def run() -> None:
        telegram = Telegram(BadRequest("Chat not found"))
        first, *others = await telegram.many(bot, 3)
        assert isinstance(first, BadRequest)
        assert not any(isinstance(other, BaseException) for other in others)
        assert (telegram.uploads, len(telegram.sent)) == (2, 3)

    asyncio.run(run())


def test_another_error_does_not_make_the_picture_be_uploaded_again() -> None:
    bot = make_bot()

    async def run() -> None:
        telegram = Telegram()
        telegram.open.set()
        await photos.send(bot.telegram_id, PICTURE, telegram.put)
        telegram.errors.append(BadRequest("Message thread not found"))
        with pytest.raises(BadRequest):
            await photos.send(bot.telegram_id, PICTURE, telegram.put)
        assert telegram.uploads == 1

    asyncio.run(run())
    assert stored() == [(PICTURE, "AgAC-new")]


def test_a_file_that_was_replaced_is_uploaded_again(file: Path) -> None:
    bot = make_bot()

    async def run() -> int:
        telegram = Telegram()
        telegram.open.set()
        await photos.send(bot.telegram_id, PICTURE, telegram.put)
        return telegram.uploads

    assert asyncio.run(run()) == 1
    forget_process()
    assert asyncio.run(run()) == 0
    forget_process()
    later = (now() + timedelta(hours=1)).timestamp()
    os.utime(file, (later, later))
    assert asyncio.run(run()) == 1


def test_what_cannot_be_kept_was_sent_all_the_same() -> None:
    async def run() -> int | None:
        telegram = Telegram()
        telegram.open.set()
        return await photos.send(404, PICTURE, telegram.put)  # a bot that is deleted meanwhile

    assert asyncio.run(run()) == 1
    assert stored() == []


def test_a_picture_that_is_not_there(file: Path) -> None:
    file.unlink()
    telegram = Telegram()
    assert asyncio.run(photos.send(make_bot().telegram_id, PICTURE, telegram.put)) is None
    assert telegram.sent == []
