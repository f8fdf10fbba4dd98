"""The Bot API of the sandbox as a real python-telegram-bot sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    CallbackQuery,
    ChatMemberAdministrator,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    Message,
    ReplyKeyboardMarkup,
    Update,
)
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from tests.botrunner.bot_client import OTHER_TOKEN, TOKEN, make_bot, png, with_bot
from tests.telegram import ChatDriver, PersonDriver, SandboxServer

KEYBOARD = InlineKeyboardMarkup([[InlineKeyboardButton("Дальше", callback_data="next")]])


@pytest.fixture(autouse=True)
def _new_retry_after(monkeypatch: pytest.MonkeyPatch) -> None:
    """python-telegram-bot warns until its new type of retry_after is asked for."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
def ivan(tg: SandboxServer) -> PersonDriver:
    tg.add_bot(TOKEN, "anna_bot", "Анна")
    return tg.person("Иван", username="ivan")


@pytest.fixture
def chat(ivan: PersonDriver) -> ChatDriver:
    return ivan.open("anna_bot")


def fails(tg: SandboxServer, use: Callable[[Bot], Awaitable[object]], token: str = TOKEN) -> TelegramError:
    with pytest.raises(TelegramError) as caught:
        with_bot(tg, use, token)
    return caught.value


async def updates(bot: Bot, offset: int = 0) -> tuple[Update, ...]:
    return await bot.get_updates(offset=offset, timeout=1, allowed_updates=Update.ALL_TYPES)


def test_a_conversation(tg: SandboxServer, ivan: PersonDriver, chat: ChatDriver) -> None:
    chat.start("spring_sale")

    async def answer(bot: Bot) -> None:
        (update,) = await updates(bot)
        message = update.message
        assert message is not None
        assert (message.text, message.entities[0].type) == ("/start spring_sale", "bot_command")
        sent = await bot.send_message(ivan.id, "<b>Привет</b>, Иван", parse_mode="HTML", reply_markup=KEYBOARD)
        assert sent.text_html == "<b>Привет</b>, Иван"
        pressed = chat.press("Дальше")
        assert pressed is not None
        (update,) = await updates(bot, update.update_id + 1)
        query = update.callback_query
        assert isinstance(query, CallbackQuery)
        assert query.data == "next"
        await query.answer("Готово")
        assert pressed.wait_answer() == {"text": "Готово", "alert": False, "url": ""}
        edited = await query.edit_message_text("Шаг два")
        assert isinstance(edited, Message)
        assert edited.message_id == sent.message_id

    with_bot(tg, answer)
    assert (chat.last.text, chat.last.edited, chat.last.buttons) == ("Шаг два", True, [])
    methods = [call.method for call in tg.calls()]
    assert methods[-3:] == ["sendMessage", "answerCallbackQuery", "editMessageText"]


def test_who_am_i(tg: SandboxServer, ivan: PersonDriver) -> None:
    me = with_bot(tg, lambda bot: bot.get_me())
    assert (me.id, me.username, me.first_name) == (100, "anna_bot", "Анна")


@pytest.mark.parametrize("token", ["999:AA-unknown", "100:AA-wrong_secret"])
def test_a_wrong_token(tg: SandboxServer, ivan: PersonDriver, token: str) -> None:
    assert isinstance(fails(tg, lambda bot: bot.get_me(), token), InvalidToken)


def test_a_revoked_token(tg: SandboxServer, ivan: PersonDriver) -> None:
    async def revoked_while_running(bot: Bot) -> None:
        await bot.get_me()
        tg.revoke(TOKEN)
        await bot.get_me()

    assert isinstance(fails(tg, revoked_while_running), InvalidToken)


def test_an_offset_confirms_and_nothing_else_does(tg: SandboxServer, ivan: PersonDriver, chat: ChatDriver) -> None:
    chat.send("раз")
    chat.send("два")

    async def fetch(bot: Bot) -> None:
        first = await updates(bot)
        again = await updates(bot)
        assert [u.update_id for u in first] == [u.update_id for u in again]
        assert first[1].update_id == first[0].update_id + 1
        (second,) = await updates(bot, first[1].update_id)
        assert second.effective_message is not None
        assert second.effective_message.text == "два"
        assert await bot.get_updates(offset=second.update_id + 1) == ()

    with_bot(tg, fetch)


def test_a_waiting_poller_gets_news_at_once(tg: SandboxServer, ivan: PersonDriver, chat: ChatDriver) -> None:
    async def poll(bot: Bot) -> None:
        waiting = asyncio.create_task(bot.get_updates(timeout=30))
        await asyncio.to_thread(tg.wait_for, lambda: tg.waiting_pollers() == 1, 5)
        chat.send("сейчас")
        (update,) = await asyncio.wait_for(waiting, 5)
        assert update.effective_message is not None

    with_bot(tg, poll)


def test_a_second_poller_ends_the_first(tg: SandboxServer, ivan: PersonDriver, chat: ChatDriver) -> None:
    async def poll_twice(bot: Bot) -> None:
        first = asyncio.create_task(bot.get_updates(timeout=30))
        await asyncio.to_thread(tg.wait_for, lambda: tg.waiting_pollers() == 1, 5)
        async with make_bot(tg) as second:
            other = asyncio.create_task(second.get_updates(timeout=30))
            with pytest.raises(Conflict, match="terminated by other getUpdates request"):
                await first
            chat.send("кому?")
            (update,) = await other
            assert update.effective_message is not None

    with_bot(tg, poll_twice)


def test_polling_with_a_webhook_set(tg: SandboxServer, ivan: PersonDriver) -> None:
    async def poll(bot: Bot) -> None:
        await bot.set_webhook("https://example.com/hook")
        await bot.get_updates()

    error = fails(tg, poll)
    assert isinstance(error, Conflict)
    assert "can't use getUpdates method while webhook is active" in error.message


def test_a_stranger_can_not_be_written_first(tg: SandboxServer, ivan: PersonDriver) -> None:
    error = fails(tg, lambda bot: bot.send_message(ivan.id, "Привет"))
    assert isinstance(error, Forbidden)
    assert "bot can't initiate conversation with a user" in error.message
    assert "Chat not found" in fails(tg, lambda bot: bot.send_message(12345, "Привет")).message


def test_blocking(tg: SandboxServer, ivan: PersonDriver, chat: ChatDriver) -> None:
    chat.start()
    chat.block()

    async def look(bot: Bot) -> list[str]:
        found = await updates(bot)
        assert found[1].my_chat_member is not None
        change = found[1].my_chat_member
        return [change.old_chat_member.status, change.new_chat_member.status]

    assert with_bot(tg, look) == ["member", "kicked"]
    error = fails(tg, lambda bot: bot.send_message(ivan.id, "Привет"))
    assert isinstance(error, Forbidden)
    assert "bot was blocked by the user" in error.message
    chat.unblock()
    with_bot(tg, lambda bot: bot.send_message(ivan.id, "С возвращением"))
    assert chat.text == "С возвращением"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("<b>x", 'can\'t find end tag corresponding to start tag "b"'),
        ("прив<x>", 'unsupported start tag "x" at byte offset 8'),
        ("", "Message text is empty"),
        (" \n ", "Message text is empty"),
        ("<b> </b>", "Message text is empty"),
        ("а" * 4097, "Message is too long"),
        ("😀" * 2049, "Message is too long"),
    ],
)
def test_texts_that_are_refused(tg: SandboxServer, chat: ChatDriver, text: str, complaint: str) -> None:
    chat.start()
    error = fails(tg, lambda bot: bot.send_message(chat.owner.id, text, parse_mode="HTML"))
    assert isinstance(error, BadRequest)
    assert complaint.lower() in error.message.lower()


@pytest.mark.parametrize("text", ["а" * 4096, "<b>" + "😀" * 2048 + "</b>"])
def test_the_longest_texts(tg: SandboxServer, chat: ChatDriver, text: str) -> None:
    chat.start()
    sent = with_bot(tg, lambda bot: bot.send_message(chat.owner.id, text, parse_mode="HTML"))
    assert sent.text_html == text


def test_a_person_may_send_4096_emoji(tg: SandboxServer, chat: ChatDriver) -> None:
    chat.send("😀" * 4096)
    (update,) = with_bot(tg, updates)
    assert update.message is not None
    assert update.message.text == "😀" * 4096


@pytest.mark.parametrize(
    ("button", "complaint"),
    [
        (InlineKeyboardButton("x", callback_data="я" * 33), "Button_data_invalid"),
        (InlineKeyboardButton("x", callback_data=""), "Button_data_invalid"),
        (InlineKeyboardButton("x"), "Text buttons are unallowed in the inline keyboard"),
        (InlineKeyboardButton("x", url="http://localhost/"), "is invalid: Wrong HTTP URL"),
        (InlineKeyboardButton("x", url="javascript:alert(1)"), "is invalid: Wrong HTTP URL"),
        (InlineKeyboardButton(" ", url="https://nl.ru"), 'Field "text"'),
    ],
)
def test_buttons_that_are_refused(
    tg: SandboxServer, chat: ChatDriver, button: InlineKeyboardButton, complaint: str
) -> None:
    chat.start()
    markup = InlineKeyboardMarkup([[button]])
    error = fails(tg, lambda bot: bot.send_message(chat.owner.id, "x", reply_markup=markup))
    assert complaint.lower() in error.message.lower()
    assert chat.bot_messages == []


def test_too_many_buttons(tg: SandboxServer, chat: ChatDriver) -> None:
    chat.start()
    rows = [[InlineKeyboardButton("x", callback_data=str(n))] for n in range(101)]
    error = fails(tg, lambda bot: bot.send_message(chat.owner.id, "x", reply_markup=InlineKeyboardMarkup(rows)))
    assert "Reply markup is too long" in error.message
    with_bot(tg, lambda bot: bot.send_message(chat.owner.id, "x", reply_markup=InlineKeyboardMarkup(rows[:100])))
    assert len(chat.last.buttons) == 100


def test_editing_what_is_the_same(tg: SandboxServer, chat: ChatDriver) -> None:
    chat.start()

    async def edit(bot: Bot) -> None:
        sent = await bot.send_message(chat.owner.id, "x", reply_markup=KEYBOARD)
        await bot.edit_message_text("x", chat.owner.id, sent.message_id, reply_markup=KEYBOARD)

    assert "Message is not modified: specified new message content" in fails(tg, edit).message


def test_editing_what_is_not_there(tg: SandboxServer, chat: ChatDriver) -> None:
    mine = chat.start()
    assert "Message to edit not found" in fails(tg, lambda b: b.edit_message_text("x", chat.owner.id, 99)).message
    assert "Message can't be edited" in fails(tg, lambda b: b.edit_message_text("x", chat.owner.id, mine.id)).message
    assert "Message to delete not found" in fails(tg, lambda b: b.delete_message(chat.owner.id, 99)).message


def test_a_press_is_answered_once_and_in_time() -> None:
    now = [datetime(2026, 1, 10, 12, tzinfo=UTC)]
    with SandboxServer(now=lambda: now[0]) as tg:
        tg.add_bot(TOKEN, "anna_bot")
        chat = tg.person("Иван").open("anna_bot")
        chat.start()

        async def answer_twice(bot: Bot) -> None:
            await bot.send_message(chat.owner.id, "x", reply_markup=KEYBOARD)
            pressed = chat.press("Дальше")
            assert pressed is not None
            await bot.answer_callback_query(pressed.query.id)
            await bot.answer_callback_query(pressed.query.id)

        complaint = "Query is too old and response timeout expired or query id is invalid"
        assert complaint in fails(tg, answer_twice).message

        late = chat.press("Дальше")
        assert late is not None
        now[0] += timedelta(seconds=151)
        assert complaint in fails(tg, lambda bot: bot.answer_callback_query(late.query.id)).message
        waiting = with_bot(tg, lambda bot: bot.get_updates())
        assert [update.callback_query for update in waiting] == [None]


def test_updates_are_kept_for_a_day() -> None:
    now = [datetime(2026, 1, 10, 12, tzinfo=UTC)]
    with SandboxServer(now=lambda: now[0]) as tg:
        tg.add_bot(TOKEN, "anna_bot")
        chat = tg.person("Иван").open("anna_bot")
        chat.send("вчера")
        now[0] += timedelta(hours=23)
        chat.send("сегодня")
        now[0] += timedelta(hours=1)
        (update,) = with_bot(tg, updates)
        assert update.message is not None
        assert update.message.text == "сегодня"


def test_photos(tg: SandboxServer, chat: ChatDriver) -> None:
    chat.start()

    async def send(bot: Bot) -> None:
        sent = await bot.send_photo(
            chat.owner.id, png(), caption="<i>Вид</i>", parse_mode="HTML", reply_markup=KEYBOARD
        )
        assert (sent.photo[0].width, sent.photo[0].height, sent.caption_html) == (40, 30, "<i>Вид</i>")
        again = await bot.send_photo(chat.owner.id, sent.photo[0].file_id)
        assert again.photo[0].file_unique_id == sent.photo[0].file_unique_id
        file = await bot.get_file(sent.photo[0].file_id)
        assert bytes(await file.download_as_bytearray()) == png()
        await sent.edit_caption("Другая подпись")
        changed = await sent.edit_media(InputMediaPhoto(png(color="red"), caption="Красная"))
        assert isinstance(changed, Message)
        assert changed.photo[0].file_id != sent.photo[0].file_id
        with pytest.raises(BadRequest, match="no text in the message to edit"):
            await sent.edit_text("x")

    with_bot(tg, send)
    first, second = chat.bot_messages
    assert (first.text, first.edited, first.buttons) == ("Красная", True, [])
    assert second.photo is not None


def test_what_is_no_photo(tg: SandboxServer, chat: ChatDriver) -> None:
    chat.start()
    person = chat.owner.id
    assert "Image_process_failed" in fails(tg, lambda bot: bot.send_photo(person, b"not a picture")).message
    assert "Failed to get http url content" in fails(tg, lambda b: b.send_photo(person, "https://nl.ru/x.png")).message
    assert "Wrong file identifier" in fails(tg, lambda bot: bot.send_photo(person, "AgACAgIxxx")).message
    long = "а" * 1025
    assert "caption is too long" in fails(tg, lambda bot: bot.send_photo(person, png(), caption=long)).message


def test_a_file_id_belongs_to_one_bot(tg: SandboxServer, ivan: PersonDriver, chat: ChatDriver) -> None:
    tg.add_bot(OTHER_TOKEN, "oleg_bot")
    chat.start()
    ivan.open("oleg_bot").start()
    sent = with_bot(tg, lambda bot: bot.send_photo(ivan.id, png()))
    theirs = sent.photo[0].file_id
    assert "Wrong file identifier" in fails(tg, lambda bot: bot.send_photo(ivan.id, theirs), OTHER_TOKEN).message
    assert "Invalid file_id" in fails(tg, lambda bot: bot.get_file(theirs), OTHER_TOKEN).message


def test_documents_and_albums(tg: SandboxServer, chat: ChatDriver) -> None:
    chat.start()

    async def send(bot: Bot) -> None:
        sent = await bot.send_document(chat.owner.id, b'{"a": 1}', filename="export.json")
        assert sent.document is not None
        assert (sent.document.file_name, sent.document.file_size) == ("export.json", 8)
        album = await bot.send_media_group(chat.owner.id, [InputMediaPhoto(png()), InputMediaPhoto(png(color="red"))])
        assert len({message.media_group_id for message in album}) == 1

    with_bot(tg, send)
    assert [bool(message.photo) for message in chat.bot_messages] == [False, True, True]


def test_a_contact_through_the_keyboard(tg: SandboxServer, chat: ChatDriver) -> None:
    chat.start()
    keyboard = ReplyKeyboardMarkup([[{"text": "📱 Номер", "request_contact": True}, "Отмена"]])  # type: ignore[list-item]
    with_bot(tg, lambda bot: bot.send_message(chat.owner.id, "Ваш номер?", reply_markup=keyboard))
    assert chat.reply_keyboard == [["📱 Номер", "Отмена"]]
    chat.owner.person.phone = "+79161234567"
    chat.press("📱 Номер")
    chat.press("Отмена")
    *_, shared, cancelled = with_bot(tg, updates)
    assert shared.message is not None
    assert shared.message.contact is not None
    assert (shared.message.contact.phone_number, shared.message.contact.user_id) == (
        "+79161234567",
        chat.owner.id,
    )
    assert cancelled.message is not None
    assert cancelled.message.text == "Отмена"


def test_flood_limits() -> None:
    now = [datetime(2026, 1, 10, 12, tzinfo=UTC)]
    with SandboxServer(rate_limits=True, now=lambda: now[0]) as tg:
        tg.add_bot(TOKEN, "anna_bot")
        chat = tg.person("Иван").open("anna_bot")
        chat.start()

        assert flood(tg, chat.owner.id) == (4, timedelta(seconds=1))
        now[0] += timedelta(seconds=1)
        assert flood(tg, chat.owner.id) == (1, timedelta(seconds=1))
        group = tg.group("Команда", admins=["anna_bot"])
        assert flood(tg, group.id) == (20, timedelta(seconds=3))


def flood(tg: SandboxServer, chat_id: int) -> tuple[int, timedelta]:
    """How many messages go through, and how long Telegram then asks to wait."""
    before = len(tg.calls("sendMessage"))

    async def send_many(bot: Bot) -> None:
        for _ in range(50):
            await bot.send_message(chat_id, "x")

    error = fails(tg, send_many)
    assert isinstance(error, RetryAfter)
    assert isinstance(error.retry_after, timedelta)
    return len(tg.calls("sendMessage")) - before - 1, error.retry_after


def test_planned_failures(tg: SandboxServer, chat: ChatDriver) -> None:
    chat.start()
    tg.fail_next("sendMessage", 429, "Too Many Requests: retry after 7", retry_after=7)
    error = fails(tg, lambda bot: bot.send_message(chat.owner.id, "раз"))
    assert isinstance(error, RetryAfter)
    tg.fail_next("sendMessage", 502, "Bad Gateway", times=2)
    for _ in range(2):
        assert isinstance(fails(tg, lambda bot: bot.send_message(chat.owner.id, "два")), NetworkError)
    tg.drop_next("sendMessage")
    assert isinstance(fails(tg, lambda bot: bot.send_message(chat.owner.id, "три")), NetworkError)
    assert chat.bot_messages == []
    tg.lose_next("sendMessage")
    assert isinstance(fails(tg, lambda bot: bot.send_message(chat.owner.id, "четыре")), NetworkError)
    assert chat.text == "четыре"
    errors = [call.error for call in tg.calls("sendMessage")]
    assert errors == [429, 502, 502, None, None]


def test_an_outage(tg: SandboxServer, chat: ChatDriver) -> None:
    chat.start()
    url = tg.url
    tg.stop()
    assert isinstance(fails(tg, lambda bot: bot.get_me()), NetworkError)
    tg.start()
    assert tg.url == url
    (update,) = with_bot(tg, updates)
    assert update.message is not None


def test_profile_and_commands(tg: SandboxServer, ivan: PersonDriver) -> None:
    async def present(bot: Bot) -> None:
        scope = BotCommandScopeAllPrivateChats()
        await bot.set_my_commands([BotCommand("start", "Начать")], scope=scope)
        assert await bot.get_my_commands(scope=scope) == (BotCommand("start", "Начать"),)
        assert await bot.get_my_commands() == ()
        await bot.delete_my_commands(scope=scope)
        assert await bot.get_my_commands(scope=scope) == ()
        await bot.set_my_description("Описание")
        await bot.set_my_short_description("Кратко")
        await bot.set_my_name("Анна · NL")
        assert (await bot.get_my_description()).description == "Описание"
        assert (await bot.get_my_short_description()).short_description == "Кратко"
        assert (await bot.get_my_name()).name == "Анна · NL"
        assert (await bot.get_chat_menu_button()).type == "commands"
        with pytest.raises(BadRequest, match="Bot_command_invalid"):
            await bot.set_my_commands([BotCommand("Плохая", "x")])

    with_bot(tg, present)


def test_an_administrator(tg: SandboxServer, ivan: PersonDriver) -> None:
    group = tg.group("Команда", owner=ivan, admins=["anna_bot"])

    async def look(bot: Bot) -> None:
        chat = await bot.get_chat(group.id)
        assert (chat.title, chat.type) == ("Команда", "supergroup")
        me = await bot.get_chat_member(group.id, bot.id)
        assert isinstance(me, ChatMemberAdministrator)
        assert me.can_manage_topics
        assert {member.status for member in await bot.get_chat_administrators(group.id)} == {
            "creator",
            "administrator",
        }
        assert await bot.get_chat_member_count(group.id) == 2

    with_bot(tg, look)


def test_topics(tg: SandboxServer, ivan: PersonDriver) -> None:
    forum = tg.group("Команда", owner=ivan, forum=True, admins=["anna_bot"])
    plain = tg.group("Просто", owner=ivan, admins=["anna_bot"])

    async def work(bot: Bot) -> None:
        topic = await bot.create_forum_topic(forum.id, "Продукты")
        sent = await bot.send_message(forum.id, "Пост", message_thread_id=topic.message_thread_id)
        assert (sent.message_thread_id, sent.is_topic_message) == (topic.message_thread_id, True)
        await bot.close_forum_topic(forum.id, topic.message_thread_id)
        await bot.reopen_forum_topic(forum.id, topic.message_thread_id)
        await bot.edit_forum_topic(forum.id, topic.message_thread_id, name="Товары")
        with pytest.raises(BadRequest, match="Topic_not_modified"):
            await bot.edit_forum_topic(forum.id, topic.message_thread_id, name="Товары")
        await bot.delete_forum_topic(forum.id, topic.message_thread_id)
        with pytest.raises(BadRequest, match="Message thread not found"):
            await bot.send_message(forum.id, "Пост", message_thread_id=topic.message_thread_id)
        with pytest.raises(BadRequest, match="The chat is not a forum"):
            await bot.create_forum_topic(plain.id, "Тема")

    with_bot(tg, work)
    tg.set_member(forum, 100, "administrator", {"can_manage_topics": False})
    error = fails(tg, lambda bot: bot.create_forum_topic(forum.id, "Тема"))
    assert "Not enough rights to create a topic" in error.message


def test_an_upgraded_group(tg: SandboxServer, ivan: PersonDriver) -> None:
    group = tg.group("Команда", kind="group", owner=ivan, bots=["anna_bot"])
    new = tg.upgrade(group)
    error = fails(tg, lambda bot: bot.send_message(group.id, "x"))
    assert isinstance(error, ChatMigrated)
    assert error.new_chat_id == new.id
    assert with_bot(tg, lambda bot: bot.send_message(new.id, "x")).chat.type == "supergroup"
    moved = [u.message for u in with_bot(tg, updates) if u.message]
    assert any(message.migrate_to_chat_id == new.id for message in moved)
    assert any(message.migrate_from_chat_id == group.id for message in moved)


def test_reactions(tg: SandboxServer, ivan: PersonDriver) -> None:
    group = tg.group("Команда", owner=ivan, admins=["anna_bot"])
    chat = ivan.enter(group)

    async def work(bot: Bot) -> None:
        for update in await updates(bot):
            await bot.get_updates(offset=update.update_id + 1)
        sent = await bot.send_message(group.id, "Пост")
        chat.react(sent.message_id, "🔥")
        (update,) = await updates(bot)
        assert update.message_reaction is not None
        assert update.message_reaction.user is not None
        assert update.message_reaction.user.id == ivan.id
        assert update.message_reaction.new_reaction[0].emoji == "🔥"  # type: ignore[attr-defined]
        await bot.set_message_reaction(group.id, sent.message_id, "👍")
        with pytest.raises(BadRequest, match="Reaction_invalid"):
            await bot.set_message_reaction(group.id, sent.message_id, "🧿")

    with_bot(tg, work)
    assert chat.last.reactions == {ivan.id: ["🔥"], 100: ["👍"]}


def test_reactions_must_be_asked_for(tg: SandboxServer, chat: ChatDriver) -> None:
    mine = chat.send("x")
    chat.react(mine.id, "🔥")
    found = with_bot(tg, lambda bot: bot.get_updates())
    assert [update.message_reaction for update in found] == [None]


def test_copies_pins_and_chat_actions(tg: SandboxServer, chat: ChatDriver) -> None:
    first = chat.send("Первое")

    async def work(bot: Bot) -> None:
        copied = await bot.copy_message(chat.owner.id, chat.owner.id, first.id)
        await bot.forward_message(chat.owner.id, chat.owner.id, first.id)
        await bot.pin_chat_message(chat.owner.id, copied.message_id)
        await bot.send_chat_action(chat.owner.id, "typing")
        await bot.delete_message(chat.owner.id, copied.message_id)
        with pytest.raises(BadRequest, match="Message to be replied not found"):
            await bot.send_message(chat.owner.id, "x", reply_to_message_id=copied.message_id)
        with pytest.raises(BadRequest, match='Can\'t find field "message_id"'):
            await bot.send_message(chat.owner.id, "x", api_kwargs={"reply_parameters": {"quote": "x"}})
        with pytest.raises(BadRequest, match="Message thread not found"):
            await bot.send_chat_action(chat.owner.id, "typing", message_thread_id=7)

    with_bot(tg, work)
    assert [message.text for message in chat.messages] == ["Первое", "Первое", ""]
