"""The shipped texts outside the funnel, read once."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from funnels.broadcast_words import BroadcastWords
from funnels.card_text import AlertTexts
from funnels.checklist import FirstWeek
from funnels.curator_texts import CuratorTexts
from funnels.digest_texts import DigestTexts
from funnels.guide_texts import ChecklistTexts, IncomeTexts, ReelsTexts, TrainingTexts
from funnels.instant_words import InstantTexts
from funnels.panel_texts import PanelTexts
from funnels.phrases import Consents, Phrases
from funnels.post_desk_words import PostWords
from funnels.post_words import PostTexts
from funnels.scoring import Weights, load_weights
from funnels.stats_texts import StatsTexts
from partners.yaml_model import Model, read_model

_PRESETS = Path(settings.BASE_DIR) / "funnels" / "presets"


@lru_cache(maxsize=1)
def phrases() -> Phrases:
    return _read("dialogue.yaml", Phrases)


@lru_cache(maxsize=1)
def consent_texts() -> Consents:
    return _read("consents.yaml", Consents)


@lru_cache(maxsize=1)
def broadcast_words() -> BroadcastWords:
    return _read("broadcast.yaml", BroadcastWords)


@lru_cache(maxsize=1)
def post_words() -> PostWords:
    return _read("posts.yaml", PostWords)


@lru_cache(maxsize=1)
def alert_texts() -> AlertTexts:
    return _read("alerts.yaml", AlertTexts)


@lru_cache(maxsize=1)
def curator_texts() -> CuratorTexts:
    return _read("curator.yaml", CuratorTexts)


@lru_cache(maxsize=1)
def instant_texts() -> InstantTexts:
    return _read("instant.yaml", InstantTexts)


@lru_cache(maxsize=1)
def weights() -> Weights:
    path = _PRESETS / "rules" / "scoring.yaml"
    return load_weights(path.read_text(encoding="utf-8"), path.name)


@lru_cache(maxsize=1)
def digest_texts() -> DigestTexts:
    return _read("digest.yaml", DigestTexts)


@lru_cache(maxsize=1)
def post_texts() -> PostTexts:
    return _read("post_numbers.yaml", PostTexts)


@lru_cache(maxsize=1)
def stats_texts() -> StatsTexts:
    return _read("stats.yaml", StatsTexts)


@lru_cache(maxsize=1)
def panel_texts() -> PanelTexts:
    return _read("panel.yaml", PanelTexts)


@lru_cache(maxsize=1)
def income_texts() -> IncomeTexts:
    return _read("income.yaml", IncomeTexts)


@lru_cache(maxsize=1)
def training_texts() -> TrainingTexts:
    return _read("training.yaml", TrainingTexts)


@lru_cache(maxsize=1)
def reels_texts() -> ReelsTexts:
    return _read("reels.yaml", ReelsTexts)


@lru_cache(maxsize=1)
def checklist_texts() -> ChecklistTexts:
    return _read("checklist.yaml", ChecklistTexts)


@lru_cache(maxsize=1)
def first_week() -> FirstWeek:
    path = _PRESETS / "texts" / "first_week.yaml"
    return read_model(path.read_text(encoding="utf-8"), path.name, FirstWeek)[0]


def _read(name: str, model: type[Model]) -> Model:
    path = _PRESETS / "texts" / name
    return read_model(path.read_text(encoding="utf-8"), name, model)[0]
