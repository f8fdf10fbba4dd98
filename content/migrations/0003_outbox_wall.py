from django.db import migrations

from partners.tenancy import SamePartner, Wall


class Migration(migrations.Migration):
    dependencies = [("content", "0002_outbox"), ("partners", "0002_wall")]
    operations = [
        Wall("content_outboxmessage"),
        SamePartner("content_outboxmessage", "bot_id", "partners_bot"),
        SamePartner("content_outboxmessage", "lead_id", "partners_lead"),
        # A row changes its state three times: room on the page keeps the table small.
        migrations.RunSQL("ALTER TABLE content_outboxmessage SET (fillfactor = 80)", migrations.RunSQL.noop),
    ]
