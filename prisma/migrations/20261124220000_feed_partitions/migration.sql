-- The lock of numbering: whoever has it goes on to the feed, so it comes first here too.
SELECT pg_advisory_xact_lock(hashtext('graphdesk.event_log'));

-- AlterTable
ALTER TABLE "listener" ADD COLUMN     "log" TEXT,
ADD COLUMN     "last_event_id" BIGINT;

-- The feed becomes a table in parts of a million positions each; what it has held until now is the first part.
ALTER TABLE "event_feed" RENAME TO "event_feed_0";
ALTER INDEX "event_feed_pkey" RENAME TO "event_feed_0_pkey";
DROP INDEX "event_feed_event_id_key";
ALTER TABLE "event_feed_0" ADD COLUMN     "numbered_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;

CREATE TABLE "event_feed" (
    "position" BIGINT NOT NULL,
    "event_id" BIGINT NOT NULL,
    "numbered_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "event_feed_pkey" PRIMARY KEY ("position")
) PARTITION BY RANGE ("position");

DO $$
DECLARE
  ends bigint := (SELECT (greatest(l.position, (SELECT max(position) FROM event_feed_0)) / 1000000 + 1) * 1000000 FROM event_log l);
BEGIN
  EXECUTE format('ALTER TABLE event_feed ATTACH PARTITION event_feed_0 FOR VALUES FROM (0) TO (%s)', ends);
END $$;

CREATE VIEW "event_feed_part" AS
  SELECT c.relname::text AS name, (bounds.at)[1]::bigint AS first, (bounds.at)[2]::bigint AS ends
    FROM pg_catalog.pg_inherits i
    JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
   CROSS JOIN LATERAL regexp_match(pg_catalog.pg_get_expr(c.relpartbound, c.oid), 'FROM \(''?(\d+)''?\) TO \(''?(\d+)''?\)') bounds(at)
   WHERE i.inhparent = 'public.event_feed'::regclass;

-- The application's role may not change tables; of these it may make and drop parts, as their owner, and nothing else.

-- Makes parts until the feed has room for the position `reach`. Readers go on meanwhile. The lock is the one of numbering.
CREATE FUNCTION "event_feed_extend"(reach bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '200ms' AS $$
DECLARE
  ends bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('graphdesk.event_log'));
  ends := (SELECT max(p.ends) FROM public.event_feed_part p);
  WHILE ends <= reach LOOP
    EXECUTE format('CREATE TABLE public.event_feed_%s (LIKE public.event_feed INCLUDING ALL)', ends);
    EXECUTE format('ALTER TABLE public.event_feed ATTACH PARTITION public.event_feed_%1$s FOR VALUES FROM (%1$s) TO (%2$s)',
                   ends, ends + 1000000);
    ends := ends + 1000000;
  END LOOP;
END $$;

-- Drops the parts that end at or before a position, but never the one that is written to. False when they are in use, as
-- by a backup: waiting longer would hold up every reader.
CREATE FUNCTION "event_feed_drop"(before bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '200ms' AS $$
DECLARE
  part text;
BEGIN
  FOR part IN
    SELECT p.name FROM public.event_feed_part p, public.event_log l WHERE p.ends <= least(before, l.position) ORDER BY p.first
  LOOP
    EXECUTE format('DROP TABLE IF EXISTS public.%I', part);
  END LOOP;
  RETURN true;
EXCEPTION WHEN lock_not_available THEN
  RETURN false;
END $$;

-- Numbering itself makes parts ahead, when it begins a new million. By then some four millions are still to come, so
-- one that could not be made now is made the next time.
CREATE FUNCTION "event_feed_make_room"() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM public.event_feed_extend(NEW.position + 4000000);
  RETURN NULL;
EXCEPTION WHEN lock_not_available THEN
  RETURN NULL;
END $$;

REVOKE EXECUTE ON FUNCTION "event_feed_extend", "event_feed_drop", "event_feed_make_room" FROM PUBLIC;

SELECT "event_feed_extend"(position + 4000000) FROM "event_log";

-- Deferred: in the statement that numbers, the feed is in use and takes no new part.
CREATE CONSTRAINT TRIGGER "event_log_room" AFTER UPDATE ON "event_log" DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.position / 1000000 <> OLD.position / 1000000) EXECUTE FUNCTION "event_feed_make_room"();

-- Where each listener is, also once that place has left the feed.
UPDATE "listener" l
   SET last_event_id = (SELECT f.event_id FROM "event_feed" f WHERE f.position <= l.position ORDER BY f.position DESC LIMIT 1);
