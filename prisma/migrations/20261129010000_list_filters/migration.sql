-- The orders by priority and by waiting, in each status.
CREATE INDEX "conversation_inbox_status_priority" ON "conversation"("inbox_id", "status", "priority" DESC, "last_activity_at" DESC, "id" DESC);

-- The indexes over what is searched are in prisma/indexes.sql: they are built while writers work.

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
