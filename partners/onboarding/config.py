"""Everything that is told about a partner when they come: the one shape behind every file and the interview.

A key that is not written leaves what is stored; an empty value clears it. `yandex` and `topics` are wholes:
if they are written, they replace what is stored.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from partners.fields import Secret
from partners.models import Bot, Partner, YandexAccount
from partners.onboarding import kinds
from partners.onboarding.kinds import rule

NO_SECRET = Secret("")


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, arbitrary_types_allowed=True)

    @model_validator(mode="before")
    @classmethod
    def nothing_written(cls, data: Any) -> Any:
        """`settings:` with nothing under it is an empty section."""
        return {} if data is None else data


class PartnerSection(Section):
    id: Annotated[kinds.Line, rule(Partner, "slug")]
    name: Annotated[kinds.Line, rule(Partner, "name")]
    contact: kinds.Contact = ""
    phone: Annotated[kinds.Line, rule(Partner, "phone")] = ""
    telegram_id: kinds.PersonId | None = None
    created_at: kinds.Moment | None = None
    country: kinds.Country = "RU"
    time_zone: Annotated[kinds.Line, rule(Partner, "time_zone")] = "Europe/Moscow"


class ProfileSection(Section):
    specialization: kinds.Specialization = Partner.Specialization.ALL.value
    story: Annotated[kinds.Text, Field(max_length=4_000)] = ""
    communication_style: kinds.Style = Partner.Style.FORMAL.value
    bot_display_name: Annotated[kinds.Line, rule(Bot, "display_name")] = ""


class LinksSection(Section):
    nl_partner_id: Annotated[kinds.Line, rule(Partner, "nl_partner_id")] = ""
    shop: Annotated[kinds.Line, rule(Partner, "shop_link")]
    registration: Annotated[kinds.Line, rule(Partner, "registration_link")] = ""


class TelegramSection(Section):
    bot_token: kinds.Token = NO_SECRET
    bot_username: kinds.BotName = ""
    group_id: kinds.GroupId | None = None
    group_name: Annotated[kinds.Line, rule(Partner, "group_title")] = ""
    admin_telegram_ids: Annotated[list[kinds.PersonId], Field(max_length=50)] = []


class SettingsSection(Section):
    funnel_enabled: bool = True
    auto_reminders: bool = True
    lead_notifications: bool = True


class YandexSection(Section):
    folder_id: Annotated[kinds.Line, rule(YandexAccount, "folder_id")]
    service_account_id: Annotated[kinds.Line, rule(YandexAccount, "service_account_id")] = ""
    key_id: Annotated[kinds.Line, rule(YandexAccount, "key_id")] = ""
    private_key: kinds.PrivateKey = NO_SECRET
    api_key: kinds.ApiKey = NO_SECRET
    model: Annotated[kinds.Line, rule(YandexAccount, "model")] = "yandexgpt-lite/latest"
    art_enabled: bool = False


class PartnerConfig(Section):
    partner: PartnerSection
    profile: ProfileSection = ProfileSection()
    links: LinksSection
    telegram: TelegramSection = TelegramSection()
    settings: SettingsSection = SettingsSection()
    yandex: YandexSection | None = None
    topics: Annotated[dict[kinds.TopicName, kinds.TopicId], Field(max_length=50)] = {}

    @model_validator(mode="before")
    @classmethod
    def without_empty_yandex(cls, data: Any) -> Any:
        if isinstance(data, dict) and data.get("yandex", data) in (None, {}):
            return {key: value for key, value in data.items() if key != "yandex"}
        return data
