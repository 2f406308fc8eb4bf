-- in:     search_name; $form (normalised), $slips (how many letters may differ: left out, put in, changed, or two neighbours swapped)
-- out:    site_id, kind, label, how ('near'): names with a word from which on they read nearly as what is looked for
-- grain:  one row a site and label
-- rule:   the first letter is the first or the second of what is looked for: few slip at the first, and the rest need not be compared
WITH split AS (
    SELECT site_id, kind, label, string_split(folded, ' ') AS words
    FROM search_name
    WHERE kind NOT IN ('commodity', 'symbol') AND length(folded) >= length($form) - $slips
),
starts AS (
    SELECT
        site_id, kind, label, words,
        unnest(list_filter(range(1, len(words) + 1), lambda i: starts_with($form, left(words[i], 1)) OR left(words[i], 1) = substr($form, 2, 1))) AS first
    FROM split
),
rests AS (
    SELECT site_id, kind, label, left(array_to_string(words[first:], ' '), (length($form) + $slips)::BIGINT) AS rest FROM starts
)
SELECT DISTINCT site_id, kind, label, 'near' AS how
FROM rests
WHERE damerau_levenshtein(left(rest, length($form)), $form) <= 2 * $slips
  AND list_min(list_transform(range(-$slips, $slips + 1), lambda d: damerau_levenshtein(left(rest, (length($form) + d)::BIGINT), $form))) <= $slips
