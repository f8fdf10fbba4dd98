from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("content", "0007_knowledge"),
    ]

    operations = [
        migrations.AlterField(
            model_name="outboxmessage",
            name="lane",
            field=models.PositiveSmallIntegerField(
                choices=[(0, "replies"), (1, "alerts"), (2, "sequences"), (3, "broadcasts"), (4, "edits")],
                verbose_name="lane",
            ),
        ),
    ]
