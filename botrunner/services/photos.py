"""The rows behind `botrunner.photos`: for all bots of a runner, so behind the operators' door."""

from __future__ import annotations

from datetime import datetime

from content.models import MediaFile
from partners.models import Bot


def stored(*, bot_id: int, path: str) -> tuple[str, datetime] | None:
    """The file_id and since when it holds. `bot_id` is Telegram's."""
    rows = MediaFile.objects.filter(bot__telegram_id=bot_id, path=path)
    return rows.values_list("file_id", "at").first()


def remember(*, bot_id: int, path: str, file_id: str, at: datetime) -> None:
    bot = Bot.objects.only("id", "partner_id").get(telegram_id=bot_id)
    row = MediaFile(partner_id=bot.partner_id, bot=bot, path=path, file_id=file_id, at=at)
    MediaFile.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["bot", "path"], update_fields=["file_id", "at"]
    )


def forget(*, bot_id: int, path: str, file_id: str) -> None:
    MediaFile.objects.filter(bot__telegram_id=bot_id, path=path, file_id=file_id).delete()
