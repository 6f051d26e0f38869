-- Indexes that schema.prisma cannot say, over tables that may be large. They are built one by one while writers work,
-- behind the migrations (src/database/indexes.ts). Until one is ready, the lists that it serves are slow.

-- Those who do not wait stand behind all who do.
CREATE INDEX CONCURRENTLY "conversation_inbox_status_waiting"
  ON "conversation"("inbox_id", "status", coalesce("waiting_since", 'infinity'::timestamptz), "id");

-- What is put aside is little.
CREATE INDEX CONCURRENTLY "conversation_inbox_snoozed"
  ON "conversation"("inbox_id", coalesce("snoozed_until", 'infinity'::timestamptz), "id") WHERE "status" = 'SNOOZED';

-- Only what has a team or attributes, or was handed off, is written into these.
CREATE INDEX CONCURRENTLY "conversation_inbox_team_activity" ON "conversation"("inbox_id", "team_id", "last_activity_at" DESC, "id" DESC)
  WHERE "team_id" IS NOT NULL;
CREATE INDEX CONCURRENTLY "conversation_handed_off" ON "conversation"("inbox_id", "last_activity_at" DESC, "id" DESC)
  WHERE "handed_off_at" IS NOT NULL;
CREATE INDEX CONCURRENTLY "conversation_attributes" ON "conversation" USING gin ("attributes" jsonb_path_ops)
  WHERE "attributes" <> '{}';

CREATE INDEX CONCURRENTLY "message_folded_words" ON "message" USING gin ("folded_words"("text"));
CREATE INDEX CONCURRENTLY "conversation_title_folded_words" ON "conversation" USING gin ("folded_words"("title")) WHERE "title" IS NOT NULL;
CREATE INDEX CONCURRENTLY "end_user_name_folded_words" ON "end_user" USING gin ("folded_words"("name")) WHERE "name" IS NOT NULL;
CREATE INDEX CONCURRENTLY "end_user_identity_email_folded_words" ON "end_user_identity" USING gin ("folded_words"("value")) WHERE "kind" = 'EMAIL';
