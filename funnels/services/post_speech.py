"""How the bot speaks of a post to its partner: as its readers will see it, and what can be decided. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from content import template
from content.markup import MESSAGE_LIMIT, fault, shorten, telegram_length, visible
from content.messages import Button, Html, Message
from content.models import Post, PostAct
from content.outbox.words import reason_words
from content.posts.kinds import PostType, shipped
from content.posts.links import chat_link, published, seen
from content.queries.post_checks import mark_of
from content.russian import day_and_month
from content.services.posts.decision import CURATOR, DECISIONS
from content.services.posts.publishing import messages_of
from content.services.posts.tracking import own_links
from funnels.phrases import say
from funnels.post_desk_words import ButtonName, Line, PostPress, PostWords, Say, post_data
from funnels.services.broadcast_drafts import partner_facts
from funnels.services.presets import post_words
from partners.models import Partner

State = Post.State
Rows = tuple[tuple[Button, ...], ...]

MOST_FINDINGS = 6
BEGINNING = 60  # characters of a post in a list
LONGEST_PREVIEW = 3_500
TO_DECIDE: tuple[tuple[tuple[ButtonName, str], ...], ...] = (
    (("publish", "po_pub"), ("schedule", "po_when")),
    (("rewrite", "po_ai"), ("own_text", "po_text")),
    (("again", "po_again"), ("picture", "po_pic")),
)
REFRESH: tuple[tuple[tuple[ButtonName, str], ...], ...] = ((("refresh", "po_look"),),)
WITHDRAW: tuple[tuple[tuple[ButtonName, str], ...], ...] = ((("withdraw", "po_back"),),)
COMMANDS: Mapping[str, tuple[tuple[tuple[ButtonName, str], ...], ...]] = {
    State.DRAFT: REFRESH,
    State.PENDING: TO_DECIDE,
    State.FAILED: TO_DECIDE,
    State.APPROVED: WITHDRAW + REFRESH,
    State.SCHEDULED: WITHDRAW,
    State.PUBLISHING: REFRESH,
    State.UNKNOWN: ((("arrived", "po_out"),), (("publish_again", "po_retry"),)),
}


@dataclass(frozen=True, slots=True)
class PostSpeech:
    """One partner's bot, speaking to the partner."""

    partner: Partner
    words: PostWords

    @classmethod
    def of(cls, partner: Partner) -> PostSpeech:
        return cls(partner, post_words())

    def plain(
        self, key: Say, values: Mapping[str, str] | None = None, *, buttons: Rows = (), edits: bool = False
    ) -> Message:
        return Message(self._say(self.words.say[key], values or {}), buttons=buttons, edits=edits)

    def line(self, key: Line, **values: str) -> Html:
        return self._say(self.words.lines[key], values)

    def _say(self, text: str, values: Mapping[str, str]) -> Html:
        return say(text, partner_facts(self.partner), values)

    def label(self, name: ButtonName) -> str:
        return template.label(self.words.buttons[name], partner_facts(self.partner).style)

    def button(self, name: ButtonName, word: str, post: Post, argument: str = "") -> Button:
        return Button(self.label(name), post_data(PostPress(word, post.pk, post.revision, argument)))

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.partner.time_zone)

    def time(self, at: datetime) -> str:
        """«25 ноября 2026, 18:30» on the partner's clock."""
        local = at.astimezone(self.zone)
        return f"{day_and_month(local.date())} {local.year}, {local:%H:%M}"

    # The post

    def shown(self, post: Post) -> tuple[Message, ...]:
        return (*self.preview(post), self.card(post))

    def preview(self, post: Post) -> tuple[Message, ...]:
        """As it will be published; its links lead to the same places without being counted."""
        if not post.text:
            return ()
        html = published(Html(post.text), links=own_links(self.partner), mark=mark_of(post))
        if fault(html) or telegram_length(visible(html)) > MESSAGE_LIMIT:
            return (self.plain("no_preview", {"text": shorten(post.text, LONGEST_PREVIEW)}),)
        return messages_of(post, html)

    def card(self, post: Post, *, note: str = "", edits: bool = False) -> Message:
        """Where it stands, and what can be done about it. `note` comes first."""
        title = self._say(self.words.states[post.state], {})  # type: ignore[index]
        values = {"title": title, "note": Html(f"\n{note}") if note else "", "about": self._about(post)}
        return self.plain("card", values, buttons=self._buttons(post), edits=edits)

    def _buttons(self, post: Post) -> Rows:
        rows = [
            tuple(self.button(name, word, post) for name, word in row)
            for row in COMMANDS.get(post.state, ())
        ]  # fmt: skip
        if post.state in (State.PENDING, State.FAILED):
            if mark_of(post) or kind_of(post).advert:
                rows.append((self.button("mark", "po_mark", post),))
            rows.append((self.button("reject", "po_no", post),))
        return tuple(rows)

    def _about(self, post: Post) -> Html:
        return Html("\n".join([self._place(post), *self._fate(post), *self._made_of(post), *self.findings(post)]))

    def _place(self, post: Post) -> Html:
        kind = kind_of(post)
        if not self.partner.topics:
            return self.line("place", kind=kind.name)
        return self.line("place_topic", kind=kind.name, topic=kind.topic)

    def _fate(self, post: Post) -> Iterator[Html]:
        if post.state == State.PENDING:
            yield self.line("out_when")
        if post.state == State.SCHEDULED and post.due_at:
            yield self.line("out_at", time=self.time(post.due_at))
        if post.state == State.PUBLISHED and post.published_at:
            yield self.line("published_at", time=self.time(post.published_at))
        if post.state in (State.FAILED, State.REJECTED) and post.reason:
            yield self.line("reason", reason=reason_words(post.reason))
        if post.state == State.FAILED and post.due_at:
            yield self.line("again_at", time=self.time(post.due_at))
        if post.state == State.UNKNOWN:
            yield self.line("check_there", where=_place_link(post))
        last = post.acts.filter(act__in=DECISIONS).exclude(by=CURATOR).last()
        if last and post.state not in (State.PENDING, State.UNKNOWN, State.FAILED):
            yield self.line("decided", **self._who(last))

    def _made_of(self, post: Post) -> Iterator[Html]:
        if post.state not in (State.PENDING, State.FAILED, State.SCHEDULED):
            return
        yield self.picture(post)
        if post.sources:
            yield self.line("sources", titles=", ".join(f"«{title}»" for title in post.sources[:3]))
        if post.erid or post.advertiser:
            yield self.line("advert", advertiser=post.advertiser, erid=post.erid)
        elif post.not_advert_by:
            yield self.line("no_advert", name=post.not_advert_by)

    def picture(self, post: Post) -> Html:
        if not post.picture_id:
            return self.line("without_picture")
        return self.line("picture", reason=post.picture_reason or str(post.picture))

    def findings(self, post: Post) -> Iterator[Html]:
        """Of what can still be decided; what blocks comes first."""
        if post.state not in (State.PENDING, State.FAILED):
            return
        headings: tuple[tuple[str, Line], ...] = (("blocks", "blocks"), ("warns", "warns"))
        for level, heading in headings:
            sentences = [row["sentence"] for row in post.findings if row["level"] == level]
            if sentences:
                yield Html(f"\n{self.line(heading)}\n{self.told(sentences)}")

    def told(self, sentences: Iterable[str]) -> Html:
        return Html("\n".join(self.line("finding", sentence=one) for one in list(sentences)[:MOST_FINDINGS]))

    def late(self, act: PostAct | None) -> Html:
        return self.line("late", **self._who(act)) if act else self.line("late_nobody")

    def _who(self, act: PostAct) -> dict[str, str]:
        return {"act": self.words.acts[act.act], "by": act.who, "time": self.time(act.at)}  # type: ignore[index]


def kind_of(post: Post) -> PostType:
    return shipped().types[post.kind]


def beginning(post: Post) -> str:
    """For a list."""
    return shorten(" ".join(seen(post.text).split()), BEGINNING) or "…"


def _place_link(post: Post) -> Html:
    link = chat_link(post.chat_id or 0, post.thread_id)
    return Html(f'<a href="{link}">в группу</a>' if link else "в группу")
