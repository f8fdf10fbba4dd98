from django.db import migrations

from partners.tenancy import SamePartner, Wall


class Migration(migrations.Migration):
    dependencies = [("funnels", "0018_milestones"), ("partners", "0002_wall")]
    operations = [
        Wall("funnels_milestone"),
        SamePartner("funnels_milestone", "lead_id", "partners_lead"),
    ]
