import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from partners.tenancy import Wall


class Migration(migrations.Migration):
    dependencies = [
        ("content", "0008_questions"),
        ("partners", "0010_fewer_indexes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RegressionQuestion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(max_length=1000, verbose_name="question")),
                (
                    "expected",
                    models.CharField(
                        choices=[
                            ("answer", "an answer from the document"),
                            ("nothing", "that nothing is found"),
                            ("medical", "refused: medical"),
                            ("injection", "refused: an attempt to change the rules"),
                            ("offtopic", "refused: off the subject"),
                        ],
                        default="answer",
                        max_length=10,
                        verbose_name="expected",
                    ),
                ),
                ("added_at", models.DateTimeField(verbose_name="added")),
                (
                    "added_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="added by",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="content.document",
                        verbose_name="from the document",
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: for the whole network.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="partners.partner",
                        verbose_name="only for the partner",
                    ),
                ),
            ],
            options={
                "verbose_name": "regression question",
                "verbose_name_plural": "regression set",
                "ordering": ("-added_at", "-id"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("partner", "text"),
                        name="regression_text",
                        nulls_distinct=False,
                        violation_error_message="This question is in the set already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("document__isnull", False), ("expected", "answer")),
                            models.Q(models.Q(("expected", "answer"), _negated=True), ("document__isnull", True)),
                            _connector="OR",
                        ),
                        name="regression_document_by_expected",
                        violation_error_message="An answer comes from a document; what is refused has none.",
                    ),
                ],
            },
        ),
        Wall("content_regressionquestion", network_rows=True),
    ]
