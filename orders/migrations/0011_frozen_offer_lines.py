from django.db import migrations

FROZEN = """
CREATE FUNCTION orders_offerline_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM orders_offerversion
        WHERE sent_at IS NOT NULL AND id IN (OLD.version_id, NEW.version_id)
    ) THEN
        RAISE EXCEPTION 'lines of a version that was sent are never changed'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END
$$;
CREATE TRIGGER offer_line_is_frozen BEFORE INSERT OR UPDATE OR DELETE ON orders_offerline
    FOR EACH ROW EXECUTE FUNCTION orders_offerline_refuse();
"""
CHANGEABLE = """
DROP TRIGGER offer_line_is_frozen ON orders_offerline;
DROP FUNCTION orders_offerline_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0010_counters")]

    operations = [migrations.RunSQL(FROZEN, CHANGEABLE)]
