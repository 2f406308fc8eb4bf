-- in:  facts.holding; $text = a part of a name, any case
-- out: the one names of the companies that are held or hold and contain the text, or are spelt with it, the shortest first
SELECT name
FROM (
    SELECT held AS name, held AS spelt FROM facts.holding WHERE share_kind <> 'name'
    UNION
    SELECT holder, holder FROM facts.holding
    UNION
    SELECT holder, held FROM facts.holding WHERE share_kind = 'name'
)
WHERE contains(lower(spelt), lower($text))
GROUP BY name
ORDER BY length(name), name
