from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("content", "0009_regression"),
        ("funnels", "0014_questions"),
        ("partners", "0010_fewer_indexes"),
    ]

    operations = [
        migrations.AddField(
            model_name="question",
            name="outcome",
            field=models.CharField(
                blank=True,
                choices=[
                    ("due", "its answer is on the way"),
                    ("sent", "answered later"),
                    ("blocked", "not told the answer: has blocked the bot"),
                    ("taken", "not told the answer: a person has the dialogue"),
                    ("erased", "not told the answer: was erased"),
                    ("no_bot", "not told the answer: the partner has no bot"),
                    ("aside", "put aside"),
                    ("in_person", "answered in person"),
                    ("needless", "needs no answer"),
                ],
                max_length=10,
                verbose_name="outcome",
            ),
        ),
        migrations.AddIndex(
            model_name="question",
            index=models.Index(condition=models.Q(("outcome", "due")), fields=["partner"], name="question_due"),
        ),
    ]
