"""A broadcast as aiogram's examples do it: one message, a pause of 0.05 s, the next."""

import asyncio
import sys

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from bench.standin import READER_BASE


async def main(url: str, token: str, recipients: int) -> None:
    session = AiohttpSession(api=TelegramAPIServer.from_base(url))
    async with Bot(token, session=session) as bot:
        for number in range(recipients):
            await bot.send_message(READER_BASE + number, "Новый рецепт на завтрак: овсянка с яблоком за пять минут.")
            await asyncio.sleep(0.05)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
