"""Who may be asked for a partner: the partner's own account first, then the network's."""

from __future__ import annotations

from datetime import date

from django.conf import settings

from content.ai.iam import ServiceKey
from content.ai.money import Price, price_of
from content.ai.openai import OpenAi
from content.ai.provider import Provider
from content.ai.yandex import Yandex
from partners.fields import Secret
from partners.models import YandexAccount


def providers_for(partner_id: int) -> list[Provider]:
    """Behind the partner's door."""
    own = own_yandex(partner_id)
    return [*([own] if own else []), *network_providers()]


def own_yandex(partner_id: int) -> Yandex | None:
    """Behind the partner's door."""
    account = YandexAccount.objects.filter(partner_id=partner_id).first()
    return yandex_of(account) if account else None


def yandex_of(account: YandexAccount) -> Yandex | None:
    """None if its key was never entered."""
    if account.api_key:
        return Yandex(account.folder_id, account.model, account.api_key)
    if account.private_key and account.service_account_id and account.key_id:
        key = ServiceKey(account.service_account_id, account.key_id, account.private_key)
        return Yandex(account.folder_id, account.model, account.api_key, key)
    return None


def network_providers() -> list[Provider]:
    providers: list[Provider] = []
    if yandex := network_yandex():
        providers.append(yandex)
    if settings.OPENAI_BASE_URL:
        providers.append(OpenAi(settings.OPENAI_BASE_URL, settings.OPENAI_MODEL, Secret(settings.OPENAI_API_KEY)))
    return providers


def network_yandex() -> Yandex | None:
    if not (settings.YANDEX_API_KEY and settings.YANDEX_FOLDER_ID):
        return None
    return Yandex(settings.YANDEX_FOLDER_ID, settings.YANDEX_MODEL, Secret(settings.YANDEX_API_KEY))


def price_for(name: str, model: str, day: date) -> Price:
    if name == "openai":
        price_in, price_out = settings.OPENAI_PRICE_IN, settings.OPENAI_PRICE_OUT
        return Price(provider=name, model=model, valid_from=date.min, input=price_in, output=price_out)
    return price_of(name, model, day)
