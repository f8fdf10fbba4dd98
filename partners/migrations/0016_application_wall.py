from django.db import migrations

from partners.tenancy import ApplicationWall


class Migration(migrations.Migration):
    dependencies = [("partners", "0015_applications")]
    operations = [ApplicationWall("partners_application")]
