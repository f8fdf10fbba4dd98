from django.db import migrations

from partners.tenancy import SamePartner, Wall


class Migration(migrations.Migration):
    dependencies = [("funnels", "0004_warmup"), ("partners", "0002_wall")]
    operations = [
        Wall("funnels_enrollment"),
        SamePartner("funnels_enrollment", "lead_id", "partners_lead"),
    ]
