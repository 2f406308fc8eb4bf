-- in:     combined.claim (offtake, no weak ones), facts.buyer (the longest name that the claim begins with, whatever its case and punctuation), facts.country
-- out:    site_id, commodity '', value, low, high (class 0..3 as the host country's), source_id, as_of (of the newest claim), target (buyers)
-- grain:  one row a site with a buyer whose seat is known
-- NULL:   none; without such a buyer there is no row (unknown): most sites sell to nobody that a source names
-- ref:    the mean over the buyers' countries, from the least to the greatest of them. What is not binding (memorandum, letter of intent, right of first
--         refusal, option, proposal, talks, trial) may come to nothing: its low end is 1, as of a buyer that is neither ally nor covered nation. A contract that ended does not
--         count, nor what was said of that buyer before it ended
WITH told AS (
    SELECT
        c.site_id, c.source_id, c.as_of, b.buyer, regexp_matches(lower(c.text || ' ' || c.scope), '\b(terminated|ended|cancelled|canceled)\b') AS ended, b.country_iso3,
        CASE k.bloc WHEN 'us' THEN 3 WHEN 'japan' THEN 3 WHEN 'partner' THEN 2 WHEN 'covered' THEN 0 ELSE 1 END AS class,
        regexp_matches(
            lower(c.text || ' ' || c.scope), '\bmou\b|memorandum|letter of intent|\bloi\b|non-binding|first refusal|nominated|nominees|\boptions?\b|\bproposed\b|\bconditional\b|'
            || '\btalks\b|\bframework\b|\btrial\b'
        ) AS not_binding
    FROM combined.claim AS c
    JOIN facts.buyer AS b
        ON starts_with(regexp_replace(lower(c.text), '[^\pL\pN ]', '', 'g'), regexp_replace(lower(b.buyer), '[^\pL\pN ]', '', 'g'))
    JOIN facts.country AS k ON k.iso3 = b.country_iso3
    WHERE c.attribute = 'offtake' AND c.method <> 'unconfirmed'
    QUALIFY row_number() OVER (PARTITION BY c.site_id, c.text, c.as_of, c.source_id ORDER BY length(b.buyer) DESC) = 1
),
stated AS (
    FROM told
    QUALIFY NOT ended AND NOT coalesce(max(as_of) FILTER (ended) OVER (PARTITION BY site_id, buyer) >= as_of, FALSE)
),
countries AS (
    SELECT site_id, country_iso3, class, bool_and(not_binding) AS not_binding, max(as_of) AS as_of, max(source_id) AS source_id, min(buyer) AS buyer
    FROM stated
    GROUP BY site_id, country_iso3, class
)
SELECT
    site_id, '' AS commodity, round(avg(class), 2) AS value, min(CASE WHEN not_binding THEN least(class, 1) ELSE class END) AS low, max(class) AS high,
    max(source_id) AS source_id, max(as_of) AS as_of, string_agg(buyer, '; ' ORDER BY class DESC, buyer) AS target, '' AS reference_group,
    NULL::INTEGER AS reference_n
FROM countries
GROUP BY site_id
