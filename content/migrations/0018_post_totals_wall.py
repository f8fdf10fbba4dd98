from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from partners import tenancy
from partners.tenancy import SamePartner, Wall

# As content.services.posts.totals counts them.
COUNT = """
INSERT INTO content_posttotal (post_id, partner_id, kind, published_at, day, reactions, by_emoji, clicks, comments)
SELECT p.id, p.partner_id, p.kind, p.published_at, (p.published_at AT TIME ZONE o.time_zone)::date,
    r.all_of_them, r.by_emoji, e.clicks, e.comments
FROM content_post p JOIN partners_partner o ON o.id = p.partner_id
CROSS JOIN LATERAL (
    SELECT coalesce(sum(count), 0) AS all_of_them, coalesce(jsonb_object_agg(sign, count), '{}') AS by_emoji
    FROM (
        SELECT s.key AS sign, sum(s.value::int) AS count
        FROM content_postreaction x, jsonb_each_text(x.emoji) s WHERE x.post_id = p.id GROUP BY 1
    ) signs
) r
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE kind = 'click') AS clicks, count(*) FILTER (WHERE kind = 'comment') AS comments
    FROM content_postevent v WHERE v.post_id = p.id
) e
WHERE p.state = 'published' AND p.published_at IS NOT NULL
"""


def count(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    with tenancy.all_partners():
        schema_editor.execute(COUNT)


class Migration(migrations.Migration):
    dependencies = [("content", "0017_post_totals"), ("partners", "0002_wall")]
    operations = [
        Wall("content_posttotal"),
        SamePartner("content_posttotal", "post_id", "content_post"),
        migrations.RunPython(count, migrations.RunPython.noop),
    ]
