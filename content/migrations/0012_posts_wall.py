from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from partners import tenancy
from partners.tenancy import SamePartner, Wall


def make_room(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Posts go before sequences and broadcasts, which were 2 and 3."""
    with tenancy.all_partners():
        apps.get_model("content", "OutboxMessage").objects.filter(lane__gte=2).update(lane=models.F("lane") + 1)


def close_up(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    with tenancy.all_partners():
        messages = apps.get_model("content", "OutboxMessage").objects
        messages.filter(lane=2).delete()  # posts have no lane any more
        messages.filter(lane__gte=3).update(lane=models.F("lane") - 1)


class Migration(migrations.Migration):
    dependencies = [("content", "0011_posts"), ("partners", "0002_wall")]
    operations = [
        migrations.RunPython(make_room, close_up),
        Wall("content_post"),
        Wall("content_postact", append_only=True),
        Wall("content_postplan"),
        Wall("content_story", network_rows=True),
        Wall("content_offer", network_rows=True),
        Wall("content_idea", network_rows=True),
        Wall("content_mediaitem", network_rows=True),
        Wall("content_mediafile"),
        Wall("content_pictureorder"),
        Wall("content_postreaction"),
        Wall("content_postevent", append_only=True),
        Wall("content_postnumbers"),
        SamePartner("content_postact", "post_id", "content_post"),
        SamePartner("content_mediafile", "bot_id", "partners_bot"),
        SamePartner("content_pictureorder", "post_id", "content_post"),
        SamePartner("content_postreaction", "post_id", "content_post"),
        SamePartner("content_postevent", "post_id", "content_post"),
        SamePartner("content_postnumbers", "post_id", "content_post"),
    ]
