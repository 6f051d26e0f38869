-- Beside search_text, search_words, search_query and their indexes, which the previous release searches by: a later one
-- drops them. The new indexes are in prisma/indexes.sql.

-- A text in which capitals do not matter, whatever the locale of the database. What lower() leaves apart is made alike:
-- the other sigma, the i of Turkish, with and without its dot, and the sharp s.
CREATE FUNCTION "folded"(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT replace(translate(lower(said COLLATE pg_catalog."und-x-icu"), U&'\03C2\0131\0307', U&'\03C3i'), U&'\00DF', 'ss')
$$;

-- Letters and digits alone, so that addresses and numbers are found by their parts.
CREATE FUNCTION "folded_text"(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT regexp_replace(public.folded(said), '[[:punct:][:space:]$+<=>^`|~]+' COLLATE pg_catalog."und-x-icu", ' ', 'g')
$$;

-- The words of a text; of its start alone, for a tsvector has at most a megabyte.
CREATE FUNCTION "folded_words"(said text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT to_tsvector('pg_catalog.simple'::regconfig, public.folded_text(left(said, 100000)))
$$;

-- All words of a text, the last of which may go on if it has three letters; null when there is none.
CREATE FUNCTION "folded_query"(asked text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN numnode(words) > 0 THEN (words::text || CASE WHEN words::text ~ '[^'']{3}''$' THEN ':*' ELSE '' END)::tsquery END
    FROM plainto_tsquery('pg_catalog.simple'::regconfig, public.folded_text(asked)) words
$$;
