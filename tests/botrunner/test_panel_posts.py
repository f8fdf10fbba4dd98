"""Posts in the partner's own bot, turn by turn."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings

from botrunner.panel import desk
from botrunner.panel.visit import Visit
from content.messages import Button, Message
from content.models import MediaItem, OutboxMessage, PictureOrder, Post, PostAct
from content.outbox.delivery import Result
from content.services.posts import desk as decisions
from content.services.posts.plans import save_plan
from content.services.posts.writing import write_next
from funnels.dialogue import Cancel
from funnels.models import PostCard
from funnels.panel_words import PanelCommand, decode_panel
from funnels.post_desk_words import ButtonName, Line, Say
from funnels.services.script import forget_scripts, script_for
from funnels.services.turn_rows import Person
from funnels.services.turns import Act, Turn, Typed, take_turns
from funnels.tasks import show_posts
from partners import clock, tenancy
from partners.fields import Secret
from partners.models import Bot, Partner, YandexAccount
from tests.content.stored_posts import GROUP, acts, claim, finish, make_post, press, sample_text, stored, tick
from tests.factories import NOW, make_bot, make_partner
from tests.network import publish_network

pytestmark = pytest.mark.django_db

ANNA, HELPER, STRANGER = 777, 778, 999
State = Post.State


@pytest.fixture(params=[Partner.Style.INFORMAL, Partner.Style.FORMAL])
def style(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def bot(db: None, style: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bot]:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    publish_network()
    topics = {"Обучение": 77, "Продукты": 78, "Новости": 79}
    partner = make_partner(
        "anna", name="Анна & Ко", telegram_id=ANNA, admin_telegram_ids=[HELPER], communication_style=style,
        group_id=GROUP, topics=topics,
    )  # fmt: skip
    yield make_bot(partner)
    forget_scripts()


class Chat:
    """Somebody's private chat with the bot, without Telegram in between."""

    def __init__(self, bot: Bot, telegram_id: int = ANNA) -> None:
        self.bot, self.telegram_id, self.now = bot, telegram_id, NOW
        self.said: tuple[Message, ...] = ()

    def act(self, act: Act) -> tuple[Message, ...] | None:
        with tenancy.partner(self.bot.partner_id):
            script = script_for(partner_id=self.bot.partner_id, now=self.now)
            visit = Visit(self.bot.partner_id, self.telegram_id, script, self.now)
            answer = desk.answer(visit, Turn(Person(self.telegram_id, "Анна"), act))
        self.said = answer or self.said
        return answer

    def show(self, post: Post) -> None:
        assert self.act(decode_panel(f"p:po_show:{post.pk}:{post.revision}")) is not None  # type: ignore[arg-type]

    @property
    def text(self) -> str:
        return self.said[-1].text

    @property
    def labels(self) -> list[str]:
        return [button.text for row in self.said[-1].buttons for button in row]

    def button(self, label: str) -> Button:
        found = [button for row in self.said[-1].buttons for button in row if label in button.text]
        assert len(found) == 1, f"{label} among {self.labels}"
        return found[0]

    def press(self, label: str) -> None:
        act = decode_panel(self.button(label).callback)
        assert act is not None
        assert self.act(act) is not None

    def write(self, text: str, html: str = "") -> None:
        assert self.act(Typed(text, html)) is not None

    def outbox(self) -> list[OutboxMessage]:
        with tenancy.partner(self.bot.partner_id):
            return list(OutboxMessage.objects.filter(chat_id=ANNA).order_by("pk"))


@pytest.fixture
def chat(bot: Bot) -> Chat:
    return Chat(bot)


@pytest.fixture
def post(bot: Bot) -> Post:
    return make_post(bot.partner, sources=["Как пить чай"])


def make_picture(**fields: object) -> MediaItem:
    with tenancy.all_partners():
        number = MediaItem.objects.count()
        file = f"library/{number}.jpg"
        values = {"file": file, "sha256": str(number), "keywords": ["чай", "плед"], "added_at": NOW}
        return MediaItem.objects.create(**values | fields)


def test_a_post_is_shown_as_it_will_be_with_its_card(chat: Chat, post: Post) -> None:
    with tenancy.partner(post.partner_id):
        Post.objects.update(text=f"{post.text}\n\n{{shop_link}} — заходите?")
    chat.show(post)
    preview, card = chat.said
    assert f'<a href="{post.partner.shop_link}">магазин NL</a>' in preview.text
    assert not preview.buttons
    assert "Совет · в тему «Обучение»" in card.text
    assert "Без картинки" in card.text
    assert "📚 «Как пить чай»" in card.text
    assert "✅ Опубликовать" in chat.labels
    assert "❌ Отклонить" in chat.labels


def test_a_picture_stands_above_a_short_text(chat: Chat, post: Post) -> None:
    picture = make_picture()
    with tenancy.partner(post.partner_id):
        Post.objects.update(picture=picture, picture_reason="Подходит по слову: чай")
    chat.show(post)
    assert chat.said[0].picture == "library/0.jpg"
    assert "🖼 Подходит по слову: чай" in chat.text


def test_published_at_once(chat: Chat, post: Post) -> None:
    chat.show(post)
    card = chat.said
    chat.press("Опубликовать")
    assert "Пост уходит в публикацию" in chat.text
    assert "Одобрено: Анна &amp; Ко" in chat.text
    assert stored(post).state == State.APPROVED
    tick(post.partner)
    (sent,) = claim(chat.bot)
    finish(Result(sent.id, OutboxMessage.State.SENT, message_id=5))
    tick(post.partner)
    chat.said = card
    chat.press("Опубликовать")
    assert "Уже решено — Вышло: Куратор" in chat.text
    assert "Пост вышел" in chat.text
    assert "Одобрено: Анна &amp; Ко" in chat.text
    assert chat.labels == []


@pytest.mark.parametrize(
    ("label", "at"),
    [
        ("Через 1 ч", NOW + timedelta(hours=1)),
        ("Через 3 ч", NOW + timedelta(hours=3)),
        ("Завтра 9:00", datetime.fromisoformat("2026-11-21T09:00+03:00")),
        ("Завтра 18:00", datetime.fromisoformat("2026-11-21T18:00+03:00")),
    ],
)
def test_scheduled_and_taken_back(chat: Chat, post: Post, label: str, at: datetime) -> None:
    tomorrow = NOW.astimezone(at.tzinfo).date() + timedelta(days=1)
    at = datetime.combine(tomorrow, at.timetz()) if "Завтра" in label else at
    chat.show(post)
    chat.press("Запланировать")
    chat.press(label)
    assert stored(post).due_at == at
    assert "Пост запланирован" in chat.text
    assert "📅 Выйдет" in chat.text
    chat.press("Снять с публикации")
    assert "Пост ждёт решения" in chat.text
    assert (stored(post).state, stored(post).due_at) == (State.PENDING, None)


def test_an_own_time_in_the_partners_zone(chat: Chat, post: Post) -> None:
    with tenancy.all_partners():
        Partner.objects.filter(pk=post.partner_id).update(time_zone="Asia/Yekaterinburg")
    chat.show(post)
    chat.press("Запланировать")
    chat.press("Своё время")
    chat.write("когда-нибудь")
    assert "Не понимаю, когда это." in chat.text
    chat.write("завтра")
    assert "а во сколько?" in chat.text
    chat.write("сегодня в 0:01")
    assert "уже прошло" in chat.text
    chat.write("завтра в 9")
    assert "9:00" in chat.text
    local = stored(post).due_at.astimezone(ZoneInfo("Asia/Yekaterinburg"))  # type: ignore[union-attr]
    assert (local.hour, local.minute) == (9, 0)
    assert chat.act(Typed("спасибо")) is None


def test_a_comment_makes_a_new_revision_that_is_shown_when_it_is_written(chat: Chat, post: Post) -> None:
    chat.show(post)
    chat.press("Изменить с AI")
    chat.write("короче, пожалуйста")
    assert "Пишу заново" in chat.text
    assert stored(post).state == State.DRAFT
    show_posts()
    assert chat.outbox() == []
    with tenancy.all_partners():
        last = PostAct.objects.get(post=post)
    assert (last.act, last.by, last.comment) == ("rewritten", "Анна & Ко", "короче, пожалуйста")
    finish_draft(post)
    show_posts()
    show_posts()
    preview, card = chat.outbox()
    assert preview.payload["text"] == sample_text("tips", 2)
    assert "Пост ждёт решения" in card.payload["text"]
    assert {row.lane for row in (preview, card)} == {OutboxMessage.Lane.ALERT}


def finish_draft(post: Post) -> None:
    with tenancy.partner(post.partner_id):
        Post.objects.filter(pk=post.pk).update(
            state=State.PENDING, revision=2, text=sample_text("tips", 2), findings=[]
        )


def test_an_own_text_keeps_its_form_and_is_checked(chat: Chat, post: Post) -> None:
    chat.show(post)
    old = chat.said
    chat.press("Свой текст")
    chat.write("Чай лечит всё <3", "Чай <b>лечит диабет</b> &lt;3. Попробуете?")
    assert chat.said[0].text == "Чай <b>лечит диабет</b> &lt;3. Попробуете?"
    assert "⛔ <b>Мешает публикации</b>" in chat.text
    assert stored(post).revision == 2
    chat.press("Опубликовать")
    assert "Не получилось:" in chat.text
    assert stored(post).state == State.PENDING
    chat.said = old
    chat.press("Опубликовать")
    assert "Пост изменился" in chat.said[0].text
    assert "Пост ждёт решения" in chat.text
    chat.press("Свой текст")
    chat.write("<i>не тег</i>")
    assert chat.said[0].text == "&lt;i&gt;не тег&lt;/i&gt;"
    show_posts()
    assert chat.outbox() == []  # the partner has seen it already


def test_what_telegram_would_refuse_is_shown_as_it_is(chat: Chat, post: Post) -> None:
    press(post, decisions.edit, text="<b>не закрыт")
    chat.show(stored(post))
    assert "Так пост показать нельзя" in chat.said[0].text
    assert "&lt;b&gt;не закрыт" in chat.said[0].text


@pytest.mark.parametrize("reason", ["Скучно и слишком общо", "мне не нравится <3"])
def test_rejected_with_a_reason(chat: Chat, post: Post, reason: str) -> None:
    chat.show(post)
    chat.press("Отклонить")
    if reason in chat.labels:
        chat.press(reason)
    else:
        chat.press("Своими словами")
        chat.write(reason)
    row = stored(post)
    assert (row.state, row.reason) == (State.REJECTED, reason)
    assert "Пост отклонён" in chat.text
    assert chat.labels == []


def test_another_picture_and_none(chat: Chat, bot: Bot) -> None:
    pictures = [make_picture(), make_picture()]
    tea = make_post(bot.partner, text="Тёплый плед и горячий чай. А вы какой чай пьёте?")
    chat.show(tea)
    chat.press("Картинка")
    seen = []
    for _turn in range(3):
        chat.press("Другая")
        seen.append(stored(tea).picture_id)
        chat.press("Картинка")
    assert set(seen[:2]) == {picture.pk for picture in pictures}
    assert seen[2] == seen[0]
    chat.press("Без картинки")
    assert stored(tea).picture_id is None
    assert "Готово" in chat.said[0].text


def test_no_picture_rather_than_a_random_one(chat: Chat, post: Post) -> None:
    make_picture(keywords=["самолёт"])
    chat.show(post)
    chat.press("Картинка")
    chat.press("Другая")
    assert "Другой подходящей картинки" in chat.text
    assert stored(post).revision == 1


def test_a_picture_is_drawn_where_somebody_draws(chat: Chat, post: Post) -> None:
    chat.show(post)
    chat.press("Картинка")
    chat.press("Нарисовать")
    assert "YandexART не подключён" in chat.text
    with tenancy.partner(post.partner_id):
        assert not PictureOrder.objects.exists()
        make_artist(post.partner)
    chat.press("Картинка")
    chat.press("Нарисовать")
    assert "Рисую новую картинку" in chat.text
    chat.press("Картинка")
    assert "уже рисуется" in chat.text
    with tenancy.partner(post.partner_id):
        PictureOrder.objects.update(state="failed", reason="refused", due_at=None)
    chat.press("Назад")
    chat.press("Картинка")
    assert "не получилось. " in chat.text


def make_artist(partner: Partner) -> None:
    YandexAccount.objects.create(partner=partner, folder_id="b1g", api_key=Secret("AQVN"), art_enabled=True)


def test_an_advert_gets_its_mark(chat: Chat, bot: Bot) -> None:
    promo = make_post(bot.partner, kind="promo")
    chat.show(promo)
    chat.press("Пометка")
    chat.press("указать erid")
    chat.write("ромашка")
    assert "ещё раз" in chat.text
    chat.write("2VtzqwQ4abc ООО «Ромашка» & Ко")
    assert chat.said[0].text.endswith("Реклама. ООО «Ромашка» &amp; Ко. erid: 2VtzqwQ4abc")
    assert "📎 Реклама, ООО «Ромашка» &amp; Ко" in chat.text
    chat.press("Пометка")
    chat.press("не реклама")
    assert "подтверждает Анна &amp; Ко" in chat.text
    assert (stored(promo).erid, stored(promo).not_advert_by) == ("", "Анна & Ко")


def test_of_two_who_decide_the_second_hears_who_was_first(chat: Chat, post: Post) -> None:
    chat.show(post)
    press(post, decisions.reject, by="operator: maria", reason="скучно")
    for label in ("Опубликовать", "Заново"):
        shown = chat.said
        chat.press(label)
        assert "Уже решено — Отклонено: operator: maria" in chat.text
        chat.said = shown
    chat.press("Свой текст")
    assert "Пост отклонён" in chat.text
    assert acts(post) == [("rejected", "operator: maria")]


def test_a_decision_that_comes_while_the_partner_writes(chat: Chat, post: Post) -> None:
    chat.show(post)
    chat.press("Свой текст")
    press(post, decisions.edit, by="operator: maria", text=sample_text("tips", 3))
    chat.write("Мой текст")
    assert "Пост изменился" in chat.said[0].text
    assert stored(post).text == sample_text("tips", 3)
    chat.press("Запланировать")
    chat.press("Своё время")
    press(stored(post), decisions.reject, by="operator: maria", reason="нет")
    chat.write("завтра в 9")
    assert "Уже решено" in chat.text


def test_nobody_knows_whether_it_arrived(chat: Chat, bot: Bot) -> None:
    lost = make_post(bot.partner, state=State.UNKNOWN, chat_id=-1_001_234, thread_id=77)
    show_posts()
    _preview, card = chat.outbox()
    assert '<a href="https://t.me/c/1234/77">в группу</a>' in card.payload["text"]
    chat.show(lost)
    chat.press("опубликовать ещё раз")
    assert stored(lost).state == State.APPROVED
    seen = make_post(bot.partner, state=State.UNKNOWN, chat_id=GROUP, text=sample_text("tips", 4))
    with tenancy.all_partners():
        make_sent_row(bot, seen)
    chat.show(seen)
    chat.press("Вышел")
    assert stored(seen).state == State.PUBLISHED


def make_sent_row(bot: Bot, post: Post) -> None:
    OutboxMessage.objects.create(
        partner_id=bot.partner_id, bot=bot, chat_id=GROUP, lane=OutboxMessage.Lane.POST, state="unknown",
        dedupe_key=f"post:{post.pk}:1:0:0", source=f"post:{post.pk}", payload={"text": "…"}, created_at=NOW,
        not_before=NOW,
    )  # fmt: skip


def test_a_failure_is_told_once_nobody_tries_any_more(chat: Chat, bot: Bot) -> None:
    make_post(bot.partner, state=State.FAILED, reason="Chat not found", due_at=NOW + timedelta(minutes=5))
    show_posts()
    assert chat.outbox() == []
    with tenancy.all_partners():
        Post.objects.update(due_at=None)
    show_posts()
    assert "Причина: Chat not found" in chat.outbox()[-1].payload["text"]


def test_a_post_is_ordered_written_and_shown(chat: Chat) -> None:
    chat.act(PanelCommand("/generate"))
    assert len(chat.labels) == 9
    chat.press("Продукт")
    assert "Пишу пост: Продукт" in chat.text
    assert write_next(partner_id=chat.bot.partner_id, clock=lambda: NOW)
    show_posts()
    preview, card = chat.outbox()
    assert len(preview.payload["text"]) > 100
    assert "Продукт · в тему «Продукты»" in card.payload["text"]


def test_a_type_is_named_or_refused(chat: Chat) -> None:
    chat.act(PanelCommand("/generate", "продукт"))
    assert "Пишу пост: Продукт" in chat.text
    chat.act(PanelCommand("/generate", "история"))
    assert "Такой пост сейчас не написать" in chat.text
    assert len(chat.labels) == 9
    chat.act(PanelCommand("/generate", "стихи"))
    assert "О чём?" in chat.text


def test_what_waits_and_what_is_planned(chat: Chat, post: Post) -> None:
    chat.act(PanelCommand("/pending"))
    assert "Ждут решения: 1" in chat.text
    chat.press("1. Совет")
    chat.press("Запланировать")
    chat.press("Завтра 9:00")
    chat.act(PanelCommand("/pending"))
    assert "ничего не ждёт" in chat.text
    with tenancy.partner(post.partner_id):
        plan = save_plan(partner_id=post.partner_id, kind="news", crontab="30 10 * * 3", now=NOW)
        plan.reason = "нет новостей"
        plan.save()
    chat.act(PanelCommand("/schedule"))
    assert "Совет: " in chat.text
    assert "10:30 — Новости\n   ⚠️ в прошлый раз не получилось: нет новостей" in chat.text
    chat.press("Снять с публикации")
    assert stored(post).state == State.PENDING
    assert len(chat.said) == 2


def test_how_many_there_are(chat: Chat, post: Post) -> None:
    chat.act(PanelCommand("/stats"))
    assert "Ждут решения: 1" in chat.text
    assert "Запланированы: 0" in chat.text
    with tenancy.partner(post.partner_id):
        Post.objects.filter(pk=post.pk).update(state=State.PUBLISHED, changed_at=NOW - timedelta(days=29))
    chat.act(PanelCommand("/stats"))
    assert ("Ждут решения: 0" in chat.text, "Опубликованы за 30 дней: 1" in chat.text) == (True, True)
    with tenancy.partner(post.partner_id):
        Post.objects.filter(pk=post.pk).update(changed_at=NOW - timedelta(days=31))
    chat.act(PanelCommand("/stats"))
    assert "Опубликованы за 30 дней: 0" in chat.text


def test_nothing_planned(chat: Chat) -> None:
    chat.act(PanelCommand("/schedule"))
    assert "Ничего не запланировано" in chat.text
    chat.press("Создать пост")
    assert "О чём?" in chat.text


def test_what_is_asked_for_ends_with_any_other_act(chat: Chat, post: Post) -> None:
    chat.show(post)
    chat.press("Свой текст")
    chat.act(PanelCommand("/pending"))
    assert chat.act(Typed("это уже не текст поста")) is None
    chat.show(post)
    chat.press("Изменить с AI")
    chat.write("отмена")
    assert "оставляю как есть" in chat.said[0].text
    assert chat.act(Cancel()) is None
    chat.press("Изменить с AI")
    assert chat.act(Cancel()) is not None
    chat.press("Изменить с AI")
    chat.now = NOW + timedelta(hours=3)
    assert chat.act(Typed("поздно")) is None
    assert stored(post).revision == 1


@pytest.mark.parametrize("stranger", [HELPER, STRANGER])
def test_for_anybody_else_posts_do_not_exist(chat: Chat, post: Post, stranger: int) -> None:
    chat.show(post)
    card = chat.said[-1]
    chat.press("Свой текст")
    other = Chat(chat.bot, stranger)
    for command in ("/generate", "/pending", "/schedule", "/stats"):
        assert other.act(PanelCommand(command)) is None
    for row in card.buttons:
        for button in row:
            act = decode_panel(button.callback)
            assert act is not None
            assert other.act(act) is None
    assert other.act(Typed("чужой текст")) is None
    assert other.act(Cancel()) is None
    assert (stored(post).state, stored(post).revision) == (State.PENDING, 1)
    chat.write("Мой текст")
    assert stored(post).text == "Мой текст"


def test_a_lead_gets_the_answer_to_an_unknown_command(bot: Bot) -> None:
    def answer(command: str) -> list[str]:
        with tenancy.partner(bot.partner_id):
            turn = Turn(Person(STRANGER, "Иван"), PanelCommand(command))
            return [message.text for message in take_turns(partner_id=bot.partner_id, turns=[turn], now=NOW)[0]]

    unknown = answer("/no_such_command")
    assert [answer(command) for command in ("/generate", "/pending", "/schedule")] == [unknown] * 3


def test_another_partners_post_is_gone(chat: Chat, post: Post) -> None:
    chat.show(post)
    card = chat.said
    other = Chat(make_bot(make_partner("boris", telegram_id=ANNA)))
    other.said = card
    other.press("Опубликовать")
    assert "больше нет" in other.text
    assert stored(post).state == State.PENDING


def test_only_whom_the_bot_can_reach_is_told(bot: Bot) -> None:
    make_post(make_partner("nobot", telegram_id=5))
    nobody = make_bot(make_partner("noid"))
    make_post(nobody.partner)
    make_post(bot.partner)
    show_posts()
    with tenancy.all_partners():
        assert set(OutboxMessage.objects.values_list("partner_id", flat=True)) == {bot.partner_id}
        assert PostCard.objects.count() == 1


def test_every_word_and_every_button_is_used() -> None:
    base = Path(settings.BASE_DIR)
    files = [
        *base.glob("botrunner/panel/posts*.py"),
        base / "funnels/services/post_speech.py",
        base / "funnels/moments.py",
    ]
    source = "".join(file.read_text() for file in files)
    for keys in (Say, ButtonName, Line):
        assert {key for key in get_args(keys) if f'"{key}"' not in source} == set()
    pressed = set(re.findall(r'"(po_[a-z]+)"', source))
    assert pressed == {word for word in desk.PRESSES if word.startswith("po_")}
