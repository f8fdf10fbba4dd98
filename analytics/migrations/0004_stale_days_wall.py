from django.db import migrations

from partners.tenancy import Wall

# Once for a statement, however many rows it writes. The day of a question is that of its partner's zone.
TRIGGERS = """
CREATE FUNCTION analytics_stale_questions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO analytics_staleday (partner_id, what, day)
    SELECT DISTINCT q.partner_id, 'questions', (q.asked_at AT TIME ZONE p.time_zone)::date
    FROM written q JOIN partners_partner p ON p.id = q.partner_id;
    RETURN NULL;
END $$;
CREATE TRIGGER stale_days_of_new AFTER INSERT ON funnels_question
REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION analytics_stale_questions();
CREATE TRIGGER stale_days_of_changed AFTER UPDATE ON funnels_question
REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION analytics_stale_questions();

CREATE FUNCTION analytics_stale_ai() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO analytics_staleday (partner_id, what, day) SELECT DISTINCT partner_id, 'ai', day FROM written;
    RETURN NULL;
END $$;
CREATE TRIGGER stale_days_of_new AFTER INSERT ON content_aiuse
REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION analytics_stale_ai();
CREATE TRIGGER stale_days_of_changed AFTER UPDATE ON content_aiuse
REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION analytics_stale_ai();
-- A call that is tried again on another day moves there.
CREATE TRIGGER stale_days_of_moved AFTER UPDATE ON content_aiuse
REFERENCING OLD TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION analytics_stale_ai();
"""
NO_TRIGGERS = """
DROP FUNCTION analytics_stale_questions CASCADE;
DROP FUNCTION analytics_stale_ai CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0003_stale_days"),
        ("content", "0006_ai"),
        ("funnels", "0014_questions"),
        ("partners", "0002_wall"),
    ]
    operations = [Wall("analytics_staleday"), migrations.RunSQL(TRIGGERS, NO_TRIGGERS)]
