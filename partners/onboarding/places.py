"""Where NL sells, for the lists of the form. A country or zone that is not here can still come from a file."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

COUNTRIES = (
    ("RU", _("Russia")),
    ("KZ", _("Kazakhstan")),
    ("BY", _("Belarus")),
    ("UZ", _("Uzbekistan")),
    ("KG", _("Kyrgyzstan")),
    ("AM", _("Armenia")),
    ("GE", _("Georgia")),
    ("AZ", _("Azerbaijan")),
    ("TJ", _("Tajikistan")),
    ("MN", _("Mongolia")),
    ("TR", _("Türkiye")),
    ("DE", _("Germany")),
    ("PL", _("Poland")),
    ("CZ", _("Czechia")),
    ("BG", _("Bulgaria")),
    ("IT", _("Italy")),
)
ZONES = (
    ("Europe/Kaliningrad", _("Kaliningrad, UTC+2")),
    ("Europe/Moscow", _("Moscow, UTC+3")),
    ("Europe/Samara", _("Samara, UTC+4")),
    ("Asia/Yekaterinburg", _("Yekaterinburg, UTC+5")),
    ("Asia/Omsk", _("Omsk, UTC+6")),
    ("Asia/Novosibirsk", _("Novosibirsk, UTC+7")),
    ("Asia/Krasnoyarsk", _("Krasnoyarsk, UTC+7")),
    ("Asia/Irkutsk", _("Irkutsk, UTC+8")),
    ("Asia/Yakutsk", _("Yakutsk, UTC+9")),
    ("Asia/Vladivostok", _("Vladivostok, UTC+10")),
    ("Asia/Magadan", _("Magadan, UTC+11")),
    ("Asia/Kamchatka", _("Kamchatka, UTC+12")),
    ("Europe/Minsk", _("Minsk, UTC+3")),
    ("Asia/Almaty", _("Almaty, UTC+5")),
    ("Asia/Tashkent", _("Tashkent, UTC+5")),
    ("Asia/Bishkek", _("Bishkek, UTC+6")),
    ("Asia/Yerevan", _("Yerevan, UTC+4")),
    ("Asia/Tbilisi", _("Tbilisi, UTC+4")),
    ("Asia/Baku", _("Baku, UTC+4")),
    ("Asia/Dushanbe", _("Dushanbe, UTC+5")),
    ("Asia/Ulaanbaatar", _("Ulaanbaatar, UTC+8")),
    ("Europe/Istanbul", _("Istanbul, UTC+3")),
    ("Europe/Berlin", _("Berlin, UTC+1/+2")),
    ("Europe/Warsaw", _("Warsaw, UTC+1/+2")),
    ("Europe/Prague", _("Prague, UTC+1/+2")),
    ("Europe/Sofia", _("Sofia, UTC+2/+3")),
    ("Europe/Rome", _("Rome, UTC+1/+2")),
)
