from django.db import migrations

from partners.tenancy import SamePartner, Wall


class Migration(migrations.Migration):
    dependencies = [("botrunner", "0001_initial"), ("partners", "0002_wall")]
    operations = [
        Wall("botrunner_inboxupdate"),
        SamePartner("botrunner_inboxupdate", "bot_id", "partners_bot"),
    ]
