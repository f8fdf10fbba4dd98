from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from content import markup, template
from content.messages import Style
from funnels.digest import METRICS, Digest, Figure, Waiting, figures, next_digest
from funnels.digest_texts import DigestTexts, short
from funnels.digest_view import Writer
from funnels.services.presets import digest_texts
from tests.funnels.test_main_texts import FORBIDDEN, STRANGE_WORDS
from tests.funnels.test_phrases import STYLES, texts_in

DAY = date(2026, 11, 21)
BERLIN, MOSCOW = ZoneInfo("Europe/Berlin"), ZoneInfo("Europe/Moscow")
ZONES = sorted(available_timezones() - {"localtime", "Factory"})
moments = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))
clocks = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
zones = st.sampled_from(ZONES).map(ZoneInfo)
NOTHING = figures(DAY, {})


def waiting(count: int, name: str = "Иван") -> tuple[Waiting, ...]:
    return tuple(Waiting(number, name, 50 + number) for number in range(1, count + 1))


def text_of(digest: Digest, style: Style = "vy") -> str:
    return Writer(digest_texts(), style).message(digest).text


def labels(digest: Digest) -> list[str]:
    return [button.text for row in Writer(digest_texts(), "vy").message(digest).buttons for button in row]


# ── When ─────────────────────────────────────────────────────────────────────────────────────────────────


@given(clocks, zones, moments)
@example(time(2, 30), BERLIN, datetime(2026, 3, 29, 0, 0, tzinfo=UTC))  # there is no 2:30 on this day
@example(time(2, 30), BERLIN, datetime(2026, 10, 25, 0, 30, tzinfo=UTC))  # 2:30 has been, and comes again
@example(time(0), ZoneInfo("America/Santiago"), datetime(2026, 9, 6, 3, 59, tzinfo=UTC))  # no midnight
def test_the_next_digest_is_the_first_one_after_now(clock: time, zone: ZoneInfo, now: datetime) -> None:
    due = next_digest(clock=clock, zone=zone, after=now)
    assert now < due <= now + timedelta(hours=49)
    before = (due - timedelta(seconds=1)).astimezone(zone)
    jumped = before.utcoffset() != due.astimezone(zone).utcoffset()
    assert due.astimezone(zone).time() == clock or jumped
    again = next_digest(clock=clock, zone=zone, after=due)
    assert again.astimezone(zone).date() > due.astimezone(zone).date()  # one a day, also where 2:30 comes twice


def test_the_clock_is_the_partners() -> None:
    evening = datetime(2026, 3, 28, 20, 0, tzinfo=BERLIN)
    due = next_digest(clock=time(9), zone=BERLIN, after=evening)
    assert due == datetime(2026, 3, 29, 9, 0, tzinfo=BERLIN)
    assert due - evening == timedelta(hours=12)  # the clocks went forward in that night
    assert next_digest(clock=time(9), zone=MOSCOW, after=due) == datetime(2026, 3, 30, 6, 0, tzinfo=UTC)


# ── What ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_figures_compare_with_the_week_before() -> None:
    people = {("new", DAY): 5, ("new", DAY - timedelta(days=1)): 20, ("new", DAY - timedelta(days=7)): 2}
    people |= {("new", DAY - timedelta(days=8)): 100, ("new", DAY + timedelta(days=1)): 100}
    new, *others = figures(DAY, people)  # type: ignore[arg-type]
    assert new == Figure("new", 5, 22)
    assert new.usual == Decimal("3.1")
    assert [figure.metric for figure in others] == list(METRICS[1:])
    assert {(figure.people, figure.week) for figure in others} == {(0, 0)}


def test_calm_and_idle() -> None:
    assert Digest(DAY, NOTHING).is_idle
    quiet_day = Digest(DAY, figures(DAY, {("blocked", DAY - timedelta(days=7)): 1}))
    assert (quiet_day.is_calm, quiet_day.is_idle) == (True, False)
    for busy in (
        Digest(DAY, figures(DAY, {("blocked", DAY): 1})),
        Digest(DAY, NOTHING, waiting(1), 1),
        Digest(DAY, NOTHING, taken=waiting(1), taken_count=1),
    ):
        assert not busy.is_calm
        assert not busy.is_idle


# ── How ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_whole_message() -> None:
    people = {("new", DAY): 5, ("new", DAY - timedelta(days=1)): 22, ("orders", DAY): 1}
    digest = Digest(DAY, figures(DAY, people), waiting(2), 2, waiting(1, "Мария"), 1)  # type: ignore[arg-type]
    assert text_of(digest).split("\n") == [
        "☀️ <b>Итоги за вчера, 21 ноября</b>",
        "",
        "👥 Новые люди: <b>5</b> · обычно 3,1",
        "🛒 Перешли к заказу: <b>1</b> · обычно 0",
        "",
        "🔥 <b>2 горячих лида ждут ответа</b>. Карточки — по кнопкам.",
        "",
        "🙋 <b>Без бота: 1 диалог</b>. Он молчит там, пока не вернёте ему разговор.",
        "",
        "<i>«Обычно» — в среднем за день неделей раньше.</i>",
    ]
    buttons = [[(b.text, b.callback) for b in row] for row in Writer(digest_texts(), "vy").message(digest).buttons]
    assert buttons == [
        [("Иван · 51 балл", "p:card:1")],
        [("Иван · 52 балла", "p:card:2")],
        [("↩️ Вернуть боту: Мария", "p:give:1:heard")],
    ]


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "1 горячий лид ждёт ответа"),
        (3, "3 горячих лида ждут ответа"),
        (5, "5 горячих лидов ждут ответа"),
        (11, "11 горячих лидов ждут ответа"),
        (21, "21 горячий лид ждёт ответа"),
        (112, "112 горячих лидов ждут ответа"),
    ],
)
def test_counts_are_russian(count: int, words: str) -> None:
    assert f"<b>{words}</b>" in text_of(Digest(DAY, NOTHING, waiting(1), count))


def test_more_than_has_room() -> None:
    digest = Digest(DAY, NOTHING, waiting(5), 12, waiting(5), 7)
    assert labels(digest)[5] == "Все горячие: 12"
    assert "…и ещё 2" in text_of(digest)


def test_a_calm_day_is_told_calmly() -> None:
    text = text_of(Digest(DAY, NOTHING))
    assert "Вчера было тихо" in text
    assert "обычно" not in text.casefold()


@pytest.mark.parametrize("name", ["<b>Иван", "Иван & Co", "{name}", "я" * 64, "[[ты|вы]]"])
def test_names_stand_on_buttons_as_they_are(name: str) -> None:
    label = labels(Digest(DAY, NOTHING, waiting(1, name), 1))[0]
    assert label == f"{short(name)} · 51 балл"
    assert len(label) <= 40


TEXTS = dict(texts_in(digest_texts(), "digest"))


@pytest.mark.parametrize("style", STYLES)
def test_the_texts(style: Style) -> None:
    said = {key: template.render(text, style, {}) for key, text in TEXTS.items()}
    assert {key: found for key, text in said.items() if (found := STRANGE_WORDS[style].findall(text))} == {}
    assert {key: fault for key, text in said.items() if (fault := markup.fault(text))} == {}
    assert {key: text for key, text in said.items() if FORBIDDEN.search(text)} == {}


@pytest.mark.parametrize("part", ["digest", "figures", "words", "buttons", "hot", "unreachable"])
def test_a_missing_text_is_named(part: str) -> None:
    values = digest_texts().model_dump()
    texts = values[part]["why"] if part == "unreachable" else values[part]
    gone = next(iter(texts))
    del texts[gone]
    with pytest.raises(ValueError, match=rf"{gone} missing"):
        DigestTexts.model_validate(values)


def test_when_a_reminder_comes() -> None:
    now = datetime(2026, 11, 22, 20, 0, tzinfo=MOSCOW)  # a Sunday
    said = {days: digest_texts().when(now + timedelta(days=days), now=now, zone=MOSCOW) for days in (0, 1, 2)}
    assert said == {0: "в 20:00", 1: "завтра в 20:00", 2: "во вторник в 20:00"}
