"""Whatever people and machines do to a post in whatever order: nothing is published that nobody approved, or twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from content.models import OutboxMessage, Post, PostAct
from content.outbox import promises
from content.outbox.delivery import Claimed, Result, sweep
from content.services.posts import desk, writing
from content.services.posts.decision import Decision, Outcome
from content.services.posts.drafts import claimed
from partners import tenancy
from partners.models import Bot
from tests.content.stored_posts import claim, finish, make_post, make_publisher, sample_text, tick
from tests.factories import NOW

State, Sent = Post.State, OutboxMessage.State
HOUR = timedelta(hours=1)
FINAL = (State.PUBLISHED, State.REJECTED)
NEXT: dict[str, set[str]] = {
    State.DRAFT: {State.PENDING},
    State.PENDING: {State.APPROVED, State.SCHEDULED, State.REJECTED, State.DRAFT},
    State.APPROVED: {State.PENDING, State.PUBLISHING, State.FAILED, State.DRAFT},
    State.SCHEDULED: {State.PENDING, State.PUBLISHING, State.FAILED, State.DRAFT},
    State.PUBLISHING: {State.PUBLISHED, State.FAILED, State.UNKNOWN},
    State.FAILED: {State.PENDING, State.APPROVED, State.SCHEDULED, State.REJECTED, State.PUBLISHING, State.DRAFT},
    State.UNKNOWN: {State.PUBLISHED, State.APPROVED},
    State.PUBLISHED: set(),
    State.REJECTED: set(),
}
CHANGES = ("edited", "pictured", "marked")
LEADS_TO: dict[str, str] = {
    **dict.fromkeys((*CHANGES, "written", "withdrawn"), State.PENDING),
    "rewritten": State.DRAFT,
    **{state: state for state in State.values},
}
PRESSES: dict[str, tuple[Callable[..., Decision], dict[str, Any], set[str]]] = {
    "approve": (desk.approve_and_publish, {}, {State.PENDING, State.FAILED}),
    "schedule": (desk.schedule, {"at": 3 * HOUR}, {State.PENDING, State.FAILED}),
    "withdraw": (desk.withdraw, {}, {State.APPROVED, State.SCHEDULED, State.FAILED}),
    "reject": (desk.reject, {"reason": "нет"}, {State.PENDING, State.FAILED}),
    "edit": (desk.edit, {}, set(desk.CHANGEABLE)),
    "unpicture": (desk.set_picture, {"media_id": None, "reason": ""}, set(desk.CHANGEABLE)),
    "mark": (desk.mark, {}, set(desk.CHANGEABLE)),
    "rewrite": (desk.rewrite, {"comment": "короче"}, set(desk.CHANGEABLE)),
    "regenerate": (desk.regenerate, {}, set(desk.CHANGEABLE)),
    "arrived": (desk.confirm_published, {}, {State.UNKNOWN}),
    "again": (desk.publish_again, {}, {State.UNKNOWN}),
}


class Desk(RuleBasedStateMachine):
    bot: Bot  # set by the test

    def __init__(self) -> None:
        super().__init__()
        with tenancy.all_partners():
            OutboxMessage.objects.all().delete()
            Post.objects.update(state=State.REJECTED)  # those of other runs: acts are never deleted
        self.now = NOW
        self.post = make_post(self.bot.partner)
        self.seen = self.state = self.post
        self.in_hand: list[Claimed] = []
        self.texts, self.arrived = 0, 0  # what really stands in the chat
        self.approvals, self.doubts_denied = 0, 0
        self.read = 0  # of the history

    def row(self) -> Post:
        with tenancy.partner(self.bot.partner_id):
            return Post.objects.get(pk=self.post.pk)

    @rule()
    def it_goes_as_it_should(self) -> None:
        """As far as the runner's hands, which random presses seldom reach."""
        self.somebody_presses("approve", looks=True)
        self.time_passes(0)
        self.the_runner_claims()

    @rule(what=st.sampled_from(sorted(PRESSES)), looks=st.booleans())
    def somebody_presses(self, what: str, looks: bool) -> None:
        """About the revision that was seen last, maybe long ago."""
        if looks:
            self.seen = self.row()
        decide, arguments, states = PRESSES[what]
        before = self.row()
        arguments = {name: self.now + value if name == "at" else value for name, value in arguments.items()}
        if what == "edit":
            self.texts += 1
            arguments["text"] = sample_text("tips", self.texts % 5)
        with tenancy.partner(self.bot.partner_id):
            known = {"post_id": self.post.pk, "revision": self.seen.revision, "by": "Анна", "now": self.now}
            decision = decide(**known, **arguments)
        if self.seen.revision != before.revision:
            assert decision.outcome is Outcome.STALE
        elif before.state not in states:
            assert decision.outcome is Outcome.LATE
        else:
            assert decision.outcome is Outcome.DONE
            assert decision.post.revision == before.revision + (what in ("edit", "unpicture", "mark"))
            self.approvals += what in ("approve", "schedule")
            self.doubts_denied += what == "again"
        if decision.outcome is not Outcome.DONE:
            after = self.row()
            assert (after.state, after.revision, after.text) == (before.state, before.revision, before.text)

    @rule(minutes=st.sampled_from([0, 5, 40, 130, 800]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        tick(self.bot.partner, self.now)

    @rule()
    def a_writer_writes(self) -> None:
        with claimed(self.bot.partner_id) as draft:
            if draft is None:
                return
            self.texts += 1
            written = writing.Written(sample_text("tips", self.texts % 5))
            with tenancy.partner(self.bot.partner_id):
                assert writing.finish(draft, written, self.now)
                assert not writing.finish(draft, written, self.now)

    @rule()
    def the_runner_claims(self) -> None:
        self.in_hand += claim(self.bot, self.now)

    @rule(state=st.sampled_from([Sent.SENT, Sent.FAILED, Sent.QUEUED, Sent.UNKNOWN]), really=st.booleans())
    def telegram_answers(self, state: str, really: bool) -> None:
        """What nobody knows about may have arrived."""
        for message in self.in_hand:
            finish(Result(message.id, state, "no answer" if state != Sent.SENT else "", 5), now=self.now)
            self.arrived += state == Sent.SENT or (state == Sent.UNKNOWN and really)
        self.in_hand = []

    @rule(really=st.booleans())
    def the_runner_dies(self, really: bool) -> None:
        self.arrived += len(self.in_hand) if really else 0
        self.in_hand = []
        with tenancy.all_partners():
            sweep(bot_ids=[self.bot.pk], now=self.now)

    @rule()
    def an_operator_sends_everything_again(self) -> None:
        with tenancy.partner(self.bot.partner_id):
            promises.send_again(messages=OutboxMessage.objects.all(), now=self.now)

    @invariant()
    def states_follow_each_other(self) -> None:
        """As the history tells it: every act leads to a state that may follow the one before."""
        after = self.row()
        with tenancy.partner(self.bot.partner_id):
            told = list(PostAct.objects.filter(post=self.post, pk__gt=self.read).values_list("pk", "act"))
        state = self.state.state
        for self.read, act in told:
            assert LEADS_TO[act] in NEXT[state] | ({State.PENDING} if act in CHANGES else set())
            state = LEADS_TO[act]
        assert after.state == state
        assert after.revision >= self.state.revision
        if self.state.state in FINAL:
            assert (after.state, after.text) == (self.state.state, self.state.text)
        self.state = after

    @invariant()
    def it_is_published_once(self) -> None:
        """Again only after a person has said that it did not arrive."""
        assert self.arrived <= 1 + self.doubts_denied
        assert self.arrived == 0 or self.approvals > 0

    @invariant()
    def one_message_at_most_is_on_its_way(self) -> None:
        with tenancy.partner(self.bot.partner_id):
            open_ones = OutboxMessage.objects.filter(state__in=[Sent.QUEUED, Sent.SENDING]).count()
        assert open_ones <= 1
        assert open_ones == 0 or self.row().state == State.PUBLISHING

    @invariant()
    def nothing_is_lost_silently(self) -> None:
        """Who publishes has something on its way, or the next look tells what became of it."""
        state = self.row().state
        with tenancy.partner(self.bot.partner_id):
            last = PostAct.objects.filter(post=self.post).last()
            messages = OutboxMessage.objects.filter(source=f"post:{self.post.pk}")
            if state == State.PUBLISHING:
                assert messages.exists()
            if state == State.PUBLISHED:
                assert last
                assert last.act == PostAct.Act.PUBLISHED
            if state in (State.APPROVED, State.SCHEDULED):
                assert self.row().due_at


class TestDesk(TestCase):
    def test_whatever_happens(self) -> None:
        Desk.bot = make_publisher()
        run_state_machine_as_test(Desk, settings=settings(max_examples=40, stateful_step_count=30))
