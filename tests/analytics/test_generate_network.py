"""A network of invented people: believable, and only in an empty database."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count

from content.models import Post
from funnels.models import FunnelEvent, Milestone, Question
from partners import clock, tenancy
from partners.models import Lead, Partner
from tests.factories import make_partner


@pytest.mark.django_db(transaction=True)
def test_a_small_network() -> None:
    out = StringIO()
    call_command("generate_network", partners=3, leads=120, days=60, stdout=out)
    assert "120" in out.getvalue().splitlines()[-1]
    with tenancy.all_partners():
        assert (Partner.objects.count(), Lead.objects.count()) == (3, 120)
        assert FunnelEvent.objects.filter(at__gt=clock.now()).count() == 0
        assert 6 < FunnelEvent.objects.count() / 120 < 20
        counts = Lead.objects.values_list("partner").annotate(leads=Count("pk")).values_list("leads", flat=True)
        assert max(counts) > min(counts)
        assert Milestone.objects.filter(name="came").count() == 120
        assert Question.objects.count() == FunnelEvent.objects.filter(kind="message_received").count()
        assert Post.objects.count() == 3 * 31


@pytest.mark.django_db
def test_not_among_real_partners() -> None:
    make_partner()
    with pytest.raises(CommandError):
        call_command("generate_network", partners=1, leads=10)
