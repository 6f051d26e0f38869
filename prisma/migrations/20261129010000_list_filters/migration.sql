-- The orders by priority and by waiting, in each status.
CREATE INDEX "conversation_inbox_status_priority" ON "conversation"("inbox_id", "status", "priority" DESC, "last_activity_at" DESC, "id" DESC);

-- What schema.prisma cannot say (the indexes are named in prisma/unmanaged.txt).

-- Those who do not wait stand behind all who do.
CREATE INDEX "conversation_inbox_status_waiting"
  ON "conversation"("inbox_id", "status", coalesce("waiting_since", 'infinity'::timestamptz), "id");

-- Only what has a team or attributes, or was handed off, is written into these.
CREATE INDEX "conversation_inbox_team_activity" ON "conversation"("inbox_id", "team_id", "last_activity_at" DESC, "id" DESC)
  WHERE "team_id" IS NOT NULL;
CREATE INDEX "conversation_handed_off" ON "conversation"("inbox_id", "last_activity_at" DESC, "id" DESC)
  WHERE "handed_off_at" IS NOT NULL;
CREATE INDEX "conversation_attributes" ON "conversation" USING gin ("attributes" jsonb_path_ops)
  WHERE "attributes" <> '{}';

-- Letters and digits alone, so that addresses and numbers are found by their parts.
CREATE FUNCTION "search_text"(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT translate(said, '.,:;-_/\@+=%&#~<>|*''"', repeat(' ', 21))
$$;

-- The words of a text; of its start alone, for a tsvector has at most a megabyte.
CREATE FUNCTION "search_words"(said text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT to_tsvector('pg_catalog.simple'::regconfig, public.search_text(left(said, 100000)))
$$;

-- All words of a text, the last of which may go on if it has three letters; null when there is none.
CREATE FUNCTION "search_query"(asked text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN numnode(words) > 0 THEN (words::text || CASE WHEN words::text ~ '[^'']{3}''$' THEN ':*' ELSE '' END)::tsquery END
    FROM plainto_tsquery('pg_catalog.simple'::regconfig, public.search_text(asked)) words
$$;

CREATE INDEX "message_words" ON "message" USING gin ("search_words"("text"));
CREATE INDEX "conversation_title_words" ON "conversation" USING gin ("search_words"("title")) WHERE "title" IS NOT NULL;
CREATE INDEX "end_user_name_words" ON "end_user" USING gin ("search_words"("name")) WHERE "name" IS NOT NULL;
CREATE INDEX "end_user_identity_email_words" ON "end_user_identity" USING gin ("search_words"("value")) WHERE "kind" = 'EMAIL';
