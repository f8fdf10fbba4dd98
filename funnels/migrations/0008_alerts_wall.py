from django.db import migrations

from partners.tenancy import SamePartner, Wall


class Migration(migrations.Migration):
    dependencies = [("funnels", "0007_alerts"), ("partners", "0002_wall")]
    operations = [
        Wall("funnels_alert"),
        SamePartner("funnels_alert", "lead_id", "partners_lead"),
        Wall("funnels_broadcast"),
        Wall("funnels_textoverride"),
        Wall("funnels_sequencepause"),
    ]
