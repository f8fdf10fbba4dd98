from decimal import Decimal
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import TestCase
from pytest_django import Settings

from content.models import OutboxMessage, PayPlanVersion, Post, PostPlan, Product
from funnels.loader import load_funnel
from funnels.models import Enrollment, FunnelVersion
from partners import tenancy
from partners.models import Bot, Consent, Lead, Link, Membership, Partner
from tests.factories import make_partner

pytestmark = pytest.mark.django_db


def load() -> str:
    out = StringIO()
    call_command("load_demo", stdout=out, stderr=out)
    return out.getvalue()


class TestWhatIsLoaded(TestCase):
    """Loaded once for all of them."""

    output: str

    @classmethod
    def setUpTestData(cls) -> None:
        cls.output = load()

    def test_three_different_partners(self) -> None:
        with tenancy.all_partners():
            partners = list(Partner.objects.all())
            assert len(partners) == 3
            for field in ("name", "shop_link", "story", "specialization", "time_zone", "group_id"):
                assert len({getattr(partner, field) for partner in partners}) == 3, field
            assert {partner.communication_style for partner in partners} == {"ty", "vy"}
            assert all(200 < len(partner.story) <= 600 for partner in partners)
            assert {bot.wanted for bot in Bot.objects.all()} == {Bot.Wanted.RUNNING}
            assert Link.objects.count() == 9
            for partner in partners:
                partner.full_clean()

    def test_links_enter_the_funnel_at_steps_that_exist(self) -> None:
        with tenancy.all_partners():
            steps = load_funnel(FunnelVersion.objects.get(kind="funnel").text, "main.yaml").funnel.steps
            entries = set(Link.objects.exclude(entry="").values_list("entry", flat=True))
        assert entries
        assert entries <= set(steps)

    def test_funnel_and_catalogue_are_there(self) -> None:
        assert Product.objects.count() >= 20
        assert not Product.objects.filter(picture="").exists()
        assert PayPlanVersion.objects.count() == 1
        with tenancy.all_partners():
            version = FunnelVersion.objects.get(kind="funnel")
        assert (version.status, version.number, version.partner) == (FunnelVersion.Status.PUBLISHED, 1, None)
        with tenancy.all_partners():
            sequences = FunnelVersion.objects.filter(kind="sequence", status=FunnelVersion.Status.PUBLISHED)
            assert sorted(sequences.values_list("key", flat=True)) == [
                "beauty", "business", "energy", "immunity", "kids", "sport", "weight"
            ]  # fmt: skip

    def test_anna_has_a_plan_of_posts_and_two_that_wait_for_her(self) -> None:
        with tenancy.all_partners():
            assert set(PostPlan.objects.values_list("partner__slug", flat=True)) == {"anna"}
            posts = list(Post.objects.select_related("partner", "picture").order_by("pk"))
        assert [(post.kind, post.state, post.findings) for post in posts] == [
            ("product", "pending", []), ("tips", "pending", [])
        ]  # fmt: skip
        assert posts[0].picture
        assert posts[0].picture.products == [posts[0].product]

    def test_output_has_no_token(self) -> None:
        assert "AAFdemo" not in self.output


def test_a_second_run_keeps_what_was_changed() -> None:
    load()
    with tenancy.all_partners():
        Partner.objects.filter(slug="anna").update(name="Анна Новая")
        FunnelVersion.objects.update(note="моя")
    Product.objects.filter(key="omega3").update(price_rub=1)
    load()
    with tenancy.all_partners():
        assert Partner.objects.get(slug="anna").name == "Анна Новая"
        assert FunnelVersion.objects.get(kind="funnel").note == "моя"
        assert (Partner.objects.count(), Link.objects.count(), Bot.objects.count()) == (3, 9, 3)
    assert Product.objects.get(key="omega3").price_rub == Decimal(1)


def test_invented_people_come_once_and_nobody_is_written_to() -> None:
    out = StringIO()
    call_command("load_demo", people=12, stdout=out)
    with tenancy.all_partners():
        assert Lead.objects.count() == 3 * 12
        assert not Enrollment.objects.filter(state="active").exists()
        assert not OutboxMessage.objects.filter(lead__isnull=False).exists()
        assert not Consent.objects.exists()
    make_partner("olga")  # who has come by the form since: nobody is invented for her
    call_command("load_demo", people=12, stdout=out)
    with tenancy.all_partners():
        assert Lead.objects.count() == 3 * 12


def test_logins_exist_only_with_debug(settings: Settings) -> None:
    load()
    assert not User.objects.exists()
    settings.DEBUG = True
    assert "admin / demo" in load()
    with tenancy.all_partners():
        logins = {
            (membership.user.username, membership.role, membership.partner and membership.partner.slug)
            for membership in Membership.objects.select_related("user", "partner")
        }
    assert logins == {
        ("admin", "operator", None), ("anna", "owner", "anna"), ("anna-helper", "assistant", "anna")
    }  # fmt: skip
    assert User.objects.get(username="admin").check_password("demo")
