from django.db import migrations

from partners.tenancy import Wall


class Migration(migrations.Migration):
    dependencies = [("analytics", "0001_initial"), ("partners", "0002_wall")]
    # The sums over the network have no partner: no partner may read them.
    operations = [Wall("analytics_tally"), Wall("analytics_countedpartner")]
