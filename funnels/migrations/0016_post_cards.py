import django.db.models.deletion
from django.db import migrations, models

from partners.tenancy import SamePartner, Wall


class Migration(migrations.Migration):
    dependencies = [
        ("content", "0014_post_attempts"),
        ("funnels", "0015_late_answers"),
        ("partners", "0010_fewer_indexes"),
    ]

    operations = [
        migrations.CreateModel(
            name="PostCard",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("shown", models.CharField(blank=True, max_length=40, verbose_name="shown")),
                ("offered", models.JSONField(blank=True, default=list, verbose_name="pictures offered")),
                (
                    "asks",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("comment", "what to change"),
                            ("text", "an own text"),
                            ("time", "a time"),
                            ("reason", "a reason"),
                            ("mark", "an advert mark"),
                        ],
                        max_length=8,
                        verbose_name="waits for",
                    ),
                ),
                ("revision", models.PositiveIntegerField(default=0, verbose_name="of the revision")),
                ("asked_at", models.DateTimeField(blank=True, null=True, verbose_name="since")),
                (
                    "partner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="partners.partner",
                        verbose_name="partner",
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="content.post",
                        verbose_name="post",
                    ),
                ),
            ],
            options={
                "verbose_name": "card of a post",
                "verbose_name_plural": "cards of posts",
                "indexes": [
                    models.Index(
                        condition=models.Q(("asks", ""), _negated=True), fields=["partner"], name="post_card_asks"
                    )
                ],
                "constraints": [models.UniqueConstraint(fields=("post", "partner"), name="post_card_once")],
            },
        ),
        Wall("funnels_postcard"),
        SamePartner("funnels_postcard", "post_id", "content_post"),
    ]
