import pgvector.django.vector
from django.db import migrations, models

# Kept in the row itself: an exact search reads every one, and in the TOAST table that would be a look-up each.
IN_THE_ROW = "ALTER TABLE content_chunk ALTER COLUMN embedding SET STORAGE PLAIN"


class Migration(migrations.Migration):
    dependencies = [
        ("content", "0009_regression"),
    ]

    operations = [
        migrations.AddField(
            model_name="chunk",
            name="embedding",
            field=pgvector.django.vector.VectorField(dimensions=256, editable=False, null=True, verbose_name="vector"),
        ),
        migrations.AddField(
            model_name="chunk",
            name="embedding_model",
            field=models.CharField(
                blank=True, default="", editable=False, max_length=80, verbose_name="model of the vector"
            ),
        ),
        migrations.RunSQL(IN_THE_ROW, migrations.RunSQL.noop),
    ]
