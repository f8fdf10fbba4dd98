from django.db import migrations

FORWARDS = """
CREATE FUNCTION funnels_published_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Version % of the funnel % is published and never changes.', OLD.number, OLD.key
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER published_is_final BEFORE UPDATE ON funnels_funnelversion FOR EACH ROW
    WHEN (OLD.status = 'published' AND
          (OLD.key, OLD.number, OLD.partner_id, OLD.text, OLD.status, OLD.published_at) IS DISTINCT FROM
          (NEW.key, NEW.number, NEW.partner_id, NEW.text, NEW.status, NEW.published_at))
    EXECUTE FUNCTION funnels_published_is_final();
"""
BACKWARDS = """
DROP TRIGGER published_is_final ON funnels_funnelversion;
DROP FUNCTION funnels_published_is_final();
"""


class Migration(migrations.Migration):
    dependencies = [("funnels", "0002_wall")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
