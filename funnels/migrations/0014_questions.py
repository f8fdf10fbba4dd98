import django.db.models.deletion
from django.db import migrations, models

from partners.tenancy import SamePartner, Wall


class Migration(migrations.Migration):
    dependencies = [
        ("content", "0008_questions"),
        ("funnels", "0013_fewer_indexes"),
        ("partners", "0010_fewer_indexes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Question",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asker_id", models.BigIntegerField(verbose_name="Telegram id")),
                ("chat_id", models.BigIntegerField(verbose_name="chat")),
                ("thread_id", models.BigIntegerField(default=0, verbose_name="topic")),
                ("message_id", models.BigIntegerField(default=0, verbose_name="message id")),
                ("text", models.TextField(max_length=4096, verbose_name="question")),
                ("asked_at", models.DateTimeField(verbose_name="asked")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("thinking", "being answered"),
                            ("answered", "answered"),
                            ("unanswered", "no answer found"),
                            ("refused", "not to be answered"),
                            ("dropped", "not answered any more"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=24, verbose_name="reason")),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                ("claimed_at", models.DateTimeField(blank=True, null=True, verbose_name="begun")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished")),
                ("answer", models.JSONField(blank=True, default=list, verbose_name="answer")),
                ("sources", models.JSONField(blank=True, default=list, verbose_name="sources")),
                ("provider", models.CharField(blank=True, max_length=20, verbose_name="provider")),
                ("model", models.CharField(blank=True, max_length=120, verbose_name="model")),
                ("falls", models.JSONField(blank=True, default=list, verbose_name="why others did not answer")),
                ("tokens", models.PositiveIntegerField(default=0, verbose_name="tokens")),
                ("roubles", models.DecimalField(decimal_places=4, default=0, max_digits=12, verbose_name="roubles")),
                ("thumb", models.SmallIntegerField(blank=True, null=True, verbose_name="thumb")),
                ("thumbed_at", models.DateTimeField(blank=True, null=True, verbose_name="thumb given")),
                ("settled_at", models.DateTimeField(blank=True, null=True, verbose_name="settled")),
                (
                    "document",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="content.document",
                        verbose_name="document",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="questions",
                        to="partners.lead",
                        verbose_name="lead",
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="partners.partner",
                        verbose_name="partner",
                    ),
                ),
            ],
            options={
                "verbose_name": "question",
                "verbose_name_plural": "questions",
                "ordering": ("-asked_at", "-id"),
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["waiting", "thinking"])),
                        fields=["partner", "chat_id", "id"],
                        name="question_open",
                    ),
                    models.Index(
                        condition=models.Q(("settled_at", None), ("state", "unanswered")),
                        fields=["partner", "asked_at"],
                        name="question_unsettled",
                    ),
                    models.Index(fields=["lead", "asked_at"], name="question_lead"),
                    models.Index(fields=["partner", "asker_id", "asked_at"], name="question_asker"),
                    models.Index(fields=["partner", "asked_at"], name="question_partner"),
                ],
                "constraints": [models.UniqueConstraint(fields=("id", "partner"), name="question_id_partner")],
            },
        ),
        Wall("funnels_question"),
        SamePartner("funnels_question", "lead_id", "partners_lead"),
    ]
