-- The lock of numbering: whoever has it goes on to the feed, so it comes first here too.
SELECT pg_advisory_xact_lock(hashtext('graphdesk.event_log'));

-- Where an event of a timeline stands in the log.
CREATE INDEX "event_feed_event_id_idx" ON "event_feed"("event_id");
