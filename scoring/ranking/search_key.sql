-- in:     words: a text to search for, or the names of a site
-- out:    both in one spelling: small letters without accents, full-width letters and digits narrow, punctuation and
--         runs of spaces as one space, "Mt" as "mount" and "St" as "saint"
-- grain:  one text
-- NULL:   NULL stays NULL
CREATE OR REPLACE MACRO search_key(words) AS
trim(regexp_replace(regexp_replace(regexp_replace(
    translate(
        lower(strip_accents(words)),
        'ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ０１２３４５６７８９', 'abcdefghijklmnopqrstuvwxyz0123456789'
    ),
    '[\s　.,;:_''’´`・·－—–-]+', ' ', 'g'), '\bmt\b', 'mount', 'g'), '\bst\b', 'saint', 'g'));
