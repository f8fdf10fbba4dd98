from django.db import migrations

from partners.tenancy import Wall


class Migration(migrations.Migration):
    dependencies = [("partners", "0013_audit")]
    operations = [Wall("partners_auditentry", append_only=True)]
