-- Beside search_text, search_words, search_query and their indexes, which the previous release searches by: a later one
-- drops them. The new indexes are in prisma/indexes.sql.

-- A text in which capitals, widths and the ways to write an accent do not matter, whatever the locale of the database.
-- What lower() leaves apart is made alike: the other sigma, the i of Turkish, with and without its dot, and the sharp s.
CREATE FUNCTION "folded"(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT replace(translate(lower(normalize(said, NFKC) COLLATE pg_catalog."und-x-icu"), U&'\03C2\0131\0307', U&'\03C3i'), U&'\00DF', 'ss')
$$;

-- Letters and digits alone, so that addresses and numbers are found by their parts.
CREATE FUNCTION "folded_text"(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT regexp_replace(public.folded(said), '[[:punct:][:space:]$+<=>^`|~]+' COLLATE pg_catalog."und-x-icu", ' ', 'g')
$$;

-- The letters of scripts that set no space between words, or let particles grow onto them, as brackets of a regular
-- expression take them: Thai, Lao, Burmese, Khmer, kana, Han and Hangul.
CREATE FUNCTION "unspaced"() RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT '\u0E00-\u0EFF\u1000-\u109F\u1100-\u11FF\u1780-\u17FF\u2E80-\u2FDF\u3005-\u3007\u3041-\u3096\u30A1-\u30FA\u30FC-\u30FF\u31F0-\u33FF\u3400-\u4DBF\u4E00-\u9FFF\uAC00-\uD7A3\uF900-\uFAFF\uFF66-\uFF9F\U00020000-\U0003FFFF'
$$;

-- Their words cannot be told apart: each letter with its neighbour stands for them, and the last one alone.
CREATE FUNCTION "folded_pairs"(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT regexp_replace(said, '[' || public.unspaced() || ']{1,2}', ' \& ', 'g') || ' ' ||
    regexp_replace(
      regexp_replace(regexp_replace(said, '[^' || public.unspaced() || ']+', ' ', 'g'), '(^| )[^ ]', ' ', 'g'),
      '[^ ]{1,2}', '\& ', 'g')
$$;

-- The words of a text; of its start alone, for a tsvector has at most a megabyte.
CREATE FUNCTION "folded_words"(said text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT to_tsvector('pg_catalog.simple'::regconfig,
    CASE WHEN said ~ ('[' || public.unspaced() || ']')
      THEN public.folded_pairs(left(public.folded_text(left(said, 50000)), 50000))
      ELSE left(public.folded_text(left(said, 100000)), 100000) END)
$$;

-- All words of a text, the last of which may go on if it has three letters, as may a letter that stands alone for a word;
-- null when there is none.
CREATE FUNCTION "folded_query"(asked text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN numnode(words) > 0 THEN
           (regexp_replace(words::text, '''[' || public.unspaced() || ']''', '\&:*', 'g')
             || CASE WHEN words::text ~ '[^'']{3}''$' THEN ':*' ELSE '' END)::tsquery END
    FROM plainto_tsquery('pg_catalog.simple'::regconfig, (
      SELECT string_agg(coalesce(substr(unspaced, start, 2), spaced), ' ' ORDER BY place, start)
        FROM regexp_matches(public.folded_text(asked),
               '([' || public.unspaced() || ']+)|([^' || public.unspaced() || ']+)', 'g') WITH ORDINALITY AS runs (run, place),
             LATERAL (SELECT run[1] AS unspaced, run[2] AS spaced) AS either,
             LATERAL generate_series(1, greatest(length(unspaced) - 1, 1)) AS start)) words
$$;
