from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from content.ai import breaker
from content.ai.accounts import network_providers, yandex_of
from content.ai.provider import Provider
from content.ai.troubles import AiError
from content.ai.types import Prompt, Turn
from partners import clock, tenancy
from partners.models import Partner, YandexAccount

TINY = Prompt(system="Ответь одним словом.", turns=(Turn("user", "Готов?"),), max_tokens=10)


class Command(BaseCommand):
    help = "Call every configured AI provider once with a tiny prompt, and say what to do where one does not answer."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("partner", nargs="?", default="", help="a partner's id; without it everybody")

    def handle(self, *args: Any, partner: str = "", **options: Any) -> None:
        configured = list(self.configured(partner))
        if not configured:
            self.stdout.write(_("No provider is configured: answers are quoted from the documents."))
            self.stdout.write(
                _("Set YANDEX_FOLDER_ID and YANDEX_API_KEY, or OPENAI_BASE_URL, or enter a partner's key.")
            )
            return
        failed = sum(not self.works(owner, provider) for owner, provider in configured)
        if failed:
            raise CommandError(_("%(failed)s of %(all)s do not answer.") % {"failed": failed, "all": len(configured)})

    def configured(self, slug: str) -> Iterator[tuple[str, Provider | None]]:
        with tenancy.all_partners():
            if slug and not Partner.objects.filter(slug=slug).exists():
                raise CommandError(_("There is no partner “%(slug)s”.") % {"slug": slug[:60]})
            accounts = YandexAccount.objects.select_related("partner").order_by("partner__slug")
            own = list(accounts.filter(partner__slug=slug) if slug else accounts)
        for account in own:
            yield account.partner.slug, yandex_of(account)
        for provider in network_providers():
            yield _("network"), provider

    def works(self, owner: str, provider: Provider | None) -> bool:
        if provider is None:
            self.stdout.write(f"❌ {owner}: " + _("The key was never entered. Enter an Api-Key at the partner."))
            return False
        name = f"{owner}: {provider.name} {provider.model}"
        try:
            provider.complete(TINY)
        except AiError as error:
            code = f" (HTTP {error.code})" if error.code else ""
            self.stdout.write(f"❌ {name}{code}: {error.sentence}")
            return False
        breaker.worked(provider.account, clock.now())  # whatever it was that somebody has mended
        self.stdout.write(f"✅ {name}")
        return True
