from django.db import migrations, models

KEYS = ["partner", "name", "version", "day", "key", "aux"]

# Index-only reading needs pages that a vacuum has seen; a fifth of so large a table would be waited for too long.
OFTEN = """
ALTER TABLE analytics_tally SET (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.05)
"""
SELDOM = "ALTER TABLE analytics_tally RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_insert_scale_factor)"


class Migration(migrations.Migration):
    dependencies = [("analytics", "0004_stale_days_wall")]

    operations = [
        migrations.RemoveConstraint("tally", "tally_once"),
        migrations.AddConstraint(
            "tally",
            models.UniqueConstraint(fields=KEYS, include=["people"], nulls_distinct=False, name="tally_once"),
        ),
        migrations.RunSQL(OFTEN, SELDOM),
    ]
