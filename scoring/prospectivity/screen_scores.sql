-- in:     $files (as in screen_statistics.sql), $out (the file to write); for each column e00 .. e15, in codes: $worst..,
--         $slope.. (weight / (best - worst)), $weight.. (0: the column does not count), $least.. and $most.. (codes
--         outside are out), $required.. (a cell without data is out); $total (sum of the weights),
--         $least_known (share of the weight, 0..1)
-- out:    the file: cell, score (0..1), known_share (share of the weight with data, 0..1)
-- grain:  one row a cell that is in, in the order of the files
-- NULL:   score of a cell without any data, or with less than $least_known
-- reference: weighted linear combination, Malczewski (2000), Transactions in GIS 4(1), 5-22
COPY (
    WITH cells AS (
        SELECT NULL::UBIGINT AS cell,
               NULL::USMALLINT AS e00, NULL::USMALLINT AS e01, NULL::USMALLINT AS e02, NULL::USMALLINT AS e03,
               NULL::USMALLINT AS e04, NULL::USMALLINT AS e05, NULL::USMALLINT AS e06, NULL::USMALLINT AS e07,
               NULL::USMALLINT AS e08, NULL::USMALLINT AS e09, NULL::USMALLINT AS e10, NULL::USMALLINT AS e11,
               NULL::USMALLINT AS e12, NULL::USMALLINT AS e13, NULL::USMALLINT AS e14, NULL::USMALLINT AS e15
        WHERE false
        UNION ALL BY NAME
        SELECT cell, COLUMNS('^e[0-9][0-9]$') FROM read_parquet($files)
    ),
    weighed AS (
        SELECT cell,
               coalesce(least(greatest((e00 - $worst00) * $slope00, 0.0), $weight00), 0.0)
               + coalesce(least(greatest((e01 - $worst01) * $slope01, 0.0), $weight01), 0.0)
               + coalesce(least(greatest((e02 - $worst02) * $slope02, 0.0), $weight02), 0.0)
               + coalesce(least(greatest((e03 - $worst03) * $slope03, 0.0), $weight03), 0.0)
               + coalesce(least(greatest((e04 - $worst04) * $slope04, 0.0), $weight04), 0.0)
               + coalesce(least(greatest((e05 - $worst05) * $slope05, 0.0), $weight05), 0.0)
               + coalesce(least(greatest((e06 - $worst06) * $slope06, 0.0), $weight06), 0.0)
               + coalesce(least(greatest((e07 - $worst07) * $slope07, 0.0), $weight07), 0.0)
               + coalesce(least(greatest((e08 - $worst08) * $slope08, 0.0), $weight08), 0.0)
               + coalesce(least(greatest((e09 - $worst09) * $slope09, 0.0), $weight09), 0.0)
               + coalesce(least(greatest((e10 - $worst10) * $slope10, 0.0), $weight10), 0.0)
               + coalesce(least(greatest((e11 - $worst11) * $slope11, 0.0), $weight11), 0.0)
               + coalesce(least(greatest((e12 - $worst12) * $slope12, 0.0), $weight12), 0.0)
               + coalesce(least(greatest((e13 - $worst13) * $slope13, 0.0), $weight13), 0.0)
               + coalesce(least(greatest((e14 - $worst14) * $slope14, 0.0), $weight14), 0.0)
               + coalesce(least(greatest((e15 - $worst15) * $slope15, 0.0), $weight15), 0.0) AS gained,
               if(e00 IS NULL, 0.0, $weight00)
               + if(e01 IS NULL, 0.0, $weight01)
               + if(e02 IS NULL, 0.0, $weight02)
               + if(e03 IS NULL, 0.0, $weight03)
               + if(e04 IS NULL, 0.0, $weight04)
               + if(e05 IS NULL, 0.0, $weight05)
               + if(e06 IS NULL, 0.0, $weight06)
               + if(e07 IS NULL, 0.0, $weight07)
               + if(e08 IS NULL, 0.0, $weight08)
               + if(e09 IS NULL, 0.0, $weight09)
               + if(e10 IS NULL, 0.0, $weight10)
               + if(e11 IS NULL, 0.0, $weight11)
               + if(e12 IS NULL, 0.0, $weight12)
               + if(e13 IS NULL, 0.0, $weight13)
               + if(e14 IS NULL, 0.0, $weight14)
               + if(e15 IS NULL, 0.0, $weight15) AS known,
               coalesce(e00 < $least00 OR e00 > $most00, $required00)
               OR coalesce(e01 < $least01 OR e01 > $most01, $required01)
               OR coalesce(e02 < $least02 OR e02 > $most02, $required02)
               OR coalesce(e03 < $least03 OR e03 > $most03, $required03)
               OR coalesce(e04 < $least04 OR e04 > $most04, $required04)
               OR coalesce(e05 < $least05 OR e05 > $most05, $required05)
               OR coalesce(e06 < $least06 OR e06 > $most06, $required06)
               OR coalesce(e07 < $least07 OR e07 > $most07, $required07)
               OR coalesce(e08 < $least08 OR e08 > $most08, $required08)
               OR coalesce(e09 < $least09 OR e09 > $most09, $required09)
               OR coalesce(e10 < $least10 OR e10 > $most10, $required10)
               OR coalesce(e11 < $least11 OR e11 > $most11, $required11)
               OR coalesce(e12 < $least12 OR e12 > $most12, $required12)
               OR coalesce(e13 < $least13 OR e13 > $most13, $required13)
               OR coalesce(e14 < $least14 OR e14 > $most14, $required14)
               OR coalesce(e15 < $least15 OR e15 > $most15, $required15) AS is_out
        FROM cells
    )
    SELECT cell,
           if(known > 0.0 AND known >= $least_known * $total, gained / known, NULL)::FLOAT AS score,
           (known / $total)::FLOAT AS known_share
    FROM weighed
    WHERE NOT is_out
) TO $out (FORMAT parquet, COMPRESSION zstd)
