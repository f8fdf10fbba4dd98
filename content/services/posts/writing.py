"""One draft from its claim to the desk: by a model that is asked outside of any transaction, else by templates."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from copy import copy
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from content.ai import chain
from content.ai.budget import Spending
from content.ai.calls import Clock
from content.messages import Html
from content.models import AiUse, Post, PostAct
from content.posts import prompting
from content.posts.checks import Finding
from content.posts.compose import compose_unlike
from content.posts.facts import Facts
from content.posts.kinds import PostType, shipped
from content.posts.likeness import Earlier
from content.posts.picking import Lacking
from content.posts.prompting import Asked, Rewrite
from content.queries.post_checks import earlier_than, findings_of, remembered_prints
from content.queries.post_pools import facts_for, today_of
from content.services import spending
from content.services.posts import pictures
from content.services.posts.decision import CURATOR, changed
from content.services.posts.drafts import claimed
from partners import tenancy

log = logging.getLogger(__name__)

State, Act = Post.State, PostAct.Act

MOST_ATTEMPTS = 3
TEMPLATES = "compose"
FOR_A_PERSON = frozenset({"advert_mark"})  # findings that no writer can do anything about


@dataclass(frozen=True, slots=True)
class Brief:
    """All that is read before anything is written."""

    post: Post
    kind: PostType
    facts: Facts
    earlier: Sequence[Earlier]
    rejections: Sequence[str]
    comment: str

    @property
    def seed(self) -> str:
        return str(self.post.partner_id)


@dataclass(frozen=True, slots=True)
class Written:
    """`text` is empty if nothing could be written; `findings` say why, or what to know about it.

    `anew`: it is not the post that there was with other words, so it gets a picture of its own.
    """

    text: str = ""
    product: str = ""
    sources: tuple[str, ...] = ()
    voice: str = ""
    provider: str = TEMPLATES
    roubles: Decimal = field(default=Decimal(0))
    findings: tuple[Finding, ...] = ()
    anew: bool = False


def write_next(*, partner_id: int, clock: Clock) -> bool:
    """Writes the partner's next draft; False if there is none. Outside of any door."""
    with claimed(partner_id) as post:
        if post is None:
            return False
        try:
            written = _written(post, clock)
        except Lacking as error:
            written = _nothing(str(error))
        except Exception:
            # It stays a draft, which the tick finds; but not for ever.
            log.exception("Post %s of partner %s was not written", post.pk, partner_id)
            if post.attempts < MOST_ATTEMPTS:
                return True
            written = _nothing(_("It could not be written: try once more, or write it by hand."))
        with tenancy.partner(partner_id):
            finish(post, written, clock())
    return True


def finish(claim: Post, written: Written, now: datetime) -> bool:
    """False if the draft is not this claim's any more. Behind the partner's door."""
    rows = Post.objects.select_for_update(of=("self",)).select_related("partner")
    post = rows.filter(pk=claim.pk, state=State.DRAFT, revision=claim.revision, attempts=claim.attempts).first()
    if post is None:
        return False
    if written.text:
        post.text, post.product, post.sources = written.text, written.product, list(written.sources)
        post.voice, post.provider = written.voice, written.provider
    if written.anew:
        choice = pictures.choose(post)
        post.picture_id, post.picture_reason = (choice.item.id, choice.reason[:200]) if choice else (None, "")
    post.roubles += written.roubles
    changed(post, Act.WRITTEN, by=CURATOR, now=now, comment=written.provider)
    if written.findings:
        post.findings = [*map(asdict, written.findings), *post.findings]
        post.save(update_fields=["findings"])
    return True


def compose_now(post: Post, now: datetime) -> Written:
    """By templates. Raises Lacking. Behind the partner's door."""
    return _composed(brief_for(post, now))


def brief_for(post: Post, now: datetime) -> Brief:
    kind = shipped().types[post.kind]
    last = post.acts.last()
    comment = last.comment if last and last.act == Act.REWRITTEN else ""
    today = today_of(post.partner, now)
    product = post.product if comment else ""
    facts = facts_for(post.partner, kind, number=post.number, today=today, product=product, idea=_idea(post, comment))
    own = [Earlier(post.pk, remembered_prints(post.text))] if post.text else []
    return Brief(post, kind, facts, [*own, *earlier_than(post, now)], _rejections(post), comment)


def _idea(post: Post, comment: str) -> str:
    """«Another post» is one about something else."""
    return post.idea.topic if post.idea and (comment or not post.text) else ""


def _rejections(post: Post) -> Sequence[str]:
    rejected = Post.objects.filter(partner=post.partner_id, kind=post.kind, state=State.REJECTED).exclude(reason="")
    return list(rejected.order_by("-changed_at").values_list("reason", flat=True)[: prompting.MOST_REASONS])


def _written(post: Post, clock: Clock) -> Written:
    with tenancy.partner(post.partner_id):
        brief = brief_for(post, clock())
    asked, outcome = _ask(brief, clock)
    with tenancy.partner(post.partner_id):
        # Before anything is written: the warning is true also if nothing can be.
        spending.tell(partner_id=post.partner_id, warned=outcome.warned, now=clock())
    with tenancy.partner(post.partner_id):
        by_model = _of_model(brief, asked, outcome, clock())
        return by_model or replace(_composed(brief), roubles=outcome.roubles)


def _of_model(brief: Brief, asked: Asked, outcome: chain.Outcome, now: datetime) -> Written | None:
    """None also for a text with a finding: it is worth less than one of the templates."""
    text = prompting.read_post(outcome.completion.text, brief.kind, asked.product) if outcome.completion else None
    if not text:
        return None
    shown = copy(brief.post)
    shown.text, shown.product = text, asked.product.key if asked.product else ""
    if {found.code for found in findings_of(shown, now) if found.level == "blocks"} - FOR_A_PERSON:
        return None
    anew = not brief.comment
    return Written(text, shown.product, asked.sources, asked.voice, outcome.provider, outcome.roubles, anew=anew)


def _ask(brief: Brief, clock: Clock) -> tuple[Asked, chain.Outcome]:
    post = brief.post
    rewrite = Rewrite(Html(post.text), brief.comment) if brief.comment else None
    asked = prompting.build_prompt(
        brief.kind,
        brief.facts,
        number=post.number,
        seed=brief.seed,
        rejections=brief.rejections,
        rewrite=rewrite,
    )
    spending = Spending(post.partner_id, f"post:{post.pk}:{post.revision + 1}", AiUse.Purpose.POST)
    return asked, chain.ask(spending=spending, prompt=asked.prompt, passages=asked.passages, now=clock)


def _composed(brief: Brief) -> Written:
    """Raises Lacking."""
    number = brief.post.number + bool(brief.comment)
    draft = compose_unlike(brief.earlier, brief.kind, brief.facts, number=number, seed=brief.seed)
    product = draft.product.key if draft.product else ""
    findings = (_not_followed(),) if brief.comment else ()
    return Written(draft.text, product, draft.sources, draft.voice, findings=findings, anew=not brief.comment)


def _not_followed() -> Finding:
    sentence = _("Written without a model: a comment cannot be followed word for word, so this is another version.")
    return Finding("warns", "without_model", sentence)


def _nothing(sentence: str) -> Written:
    return Written(findings=(Finding("blocks", "not_written", sentence),))
