from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.core.serializers import serialize
from django.db import connection
from pytest_django import Settings

from partners import tenancy
from partners.fields import MASK, Secret
from partners.models import Bot, YandexAccount
from partners.services import encryption
from tests.factories import make_bot, make_partner

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _old_key(settings: Settings) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [OLD]


def rotate() -> str:
    out = StringIO()
    call_command("rotate_encryption_keys", stdout=out)
    return out.getvalue()


def ciphers() -> list[str]:
    with tenancy.all_partners(), connection.cursor() as cursor:
        cursor.execute("SELECT token FROM partners_bot ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def test_after_a_rotation_the_old_key_is_not_needed(settings: Settings) -> None:
    bots = [make_bot() for _ in range(3)]
    with tenancy.all_partners():
        YandexAccount.objects.create(partner=bots[0].partner, folder_id="b1g", api_key=Secret("AQVN"))
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    rotate()
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    with tenancy.all_partners():
        assert [bot.token for bot in Bot.objects.order_by("pk")] == [bot.token for bot in bots]
        account = YandexAccount.objects.get()
    assert account.api_key.reveal() == "AQVN"
    assert not account.private_key


def test_a_second_rotation_changes_nothing(settings: Settings) -> None:
    make_bot()
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    rotate()
    before = ciphers()
    assert ": 1 " not in rotate()
    assert ciphers() == before


def test_a_rotation_that_was_killed_goes_on(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    bots = [make_bot() for _ in range(5)]
    monkeypatch.setattr(encryption, "BATCH", 2)
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    with tenancy.all_partners():
        last, count = encryption.rotate_batch(model=Bot, column="token", after=0)
    assert (last, count) == (bots[1].pk, 2)
    rotate()
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    with tenancy.all_partners():
        assert [bot.token for bot in Bot.objects.order_by("pk")] == [bot.token for bot in bots]


def test_every_encrypted_field_is_found() -> None:
    found = {(model, column) for model, column in encryption.encrypted_columns()}
    assert {(Bot, "token"), (YandexAccount, "private_key"), (YandexAccount, "api_key")} <= found


def test_a_missing_key_is_named(settings: Settings) -> None:
    make_bot()
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    with pytest.raises(CommandError, match=r"partners\.Bot\.token"):
        rotate()
    with tenancy.all_partners(), pytest.raises(ImproperlyConfigured, match="FIELD_ENCRYPTION_KEYS"):
        Bot.objects.get()


def test_secrets_are_not_in_the_database_as_text() -> None:
    bot = make_bot()
    assert bot.token.reveal() not in ciphers()[0]


def test_secrets_do_not_show_themselves() -> None:
    bot = make_bot()
    with tenancy.all_partners():
        texts = [str(bot.token), repr(bot.token), f"{bot.token}", "%s" % bot.token, serialize("json", [bot])]  # noqa: UP031
        assert repr(bot.__dict__).count(MASK) == 1
    for text in texts:
        assert bot.token.reveal() not in text


def test_secrets_cannot_be_searched_by() -> None:
    make_bot(make_partner())
    with tenancy.all_partners(), pytest.raises(FieldError):
        Bot.objects.filter(token="x").exists()
