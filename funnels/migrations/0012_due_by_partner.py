from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("funnels", "0011_reminders")]
    operations = [
        migrations.RemoveIndex(model_name="enrollment", name="enrollment_due"),
        migrations.AddIndex(
            model_name="enrollment",
            index=models.Index(
                condition=models.Q(("state", "active")), fields=["partner", "fire_at"], name="enrollment_due"
            ),
        ),
    ]
