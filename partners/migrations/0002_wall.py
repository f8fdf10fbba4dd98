from django.db import migrations

from partners.tenancy import SamePartner, Wall


class Migration(migrations.Migration):
    dependencies = [("partners", "0001_initial")]
    operations = [
        Wall("partners_partner", "id"),
        Wall("partners_bot"),
        Wall("partners_yandexaccount"),
        Wall("partners_link"),
        Wall("partners_destination"),
        Wall("partners_membership"),
        Wall("partners_lead"),
        SamePartner("partners_lead", "first_link_id", "partners_link"),
        SamePartner("partners_lead", "last_link_id", "partners_link"),
    ]
