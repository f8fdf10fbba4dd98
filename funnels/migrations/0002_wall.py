from django.db import migrations

from partners.tenancy import SamePartner, Wall


class Migration(migrations.Migration):
    dependencies = [("funnels", "0001_initial"), ("partners", "0002_wall")]
    operations = [
        Wall("funnels_funnelversion", network_rows=True),
        Wall("funnels_conversation"),
        Wall("funnels_funnelevent", append_only=True),
        Wall("funnels_leadmessage"),
        SamePartner("funnels_conversation", "lead_id", "partners_lead"),
        SamePartner("funnels_funnelevent", "lead_id", "partners_lead"),
        SamePartner("funnels_leadmessage", "lead_id", "partners_lead"),
        # Every turn updates these rows: room on the page keeps the updates off the indexes.
        migrations.RunSQL("ALTER TABLE funnels_conversation SET (fillfactor = 80)", migrations.RunSQL.noop),
        migrations.RunSQL("ALTER TABLE partners_lead SET (fillfactor = 80)", migrations.RunSQL.noop),
    ]
