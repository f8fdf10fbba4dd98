from django.db import migrations

from partners.tenancy import SamePartner, Wall


class Migration(migrations.Migration):
    dependencies = [("partners", "0005_consents")]
    operations = [
        Wall("partners_consent"),
        SamePartner("partners_consent", "lead_id", "partners_lead"),
    ]
