-- in:     $files (as in screen_statistics.sql), $out (the file to write); for each column e00 .. e15, in codes: $worst..,
--         $slope.. (weight / (best - worst)), $weight.., $least.. and $most.. (codes outside are out), $required..
--         (a cell without data is out), $weighs.. (false: the column has no weight) and $limits.. (false: it puts no
--         cell out), of which the optimizer folds the false ones away, so that a column that is not asked for is not
--         read; $total (sum of the weights), $least_known (share of the weight, 0..1)
-- out:    the file: cell, score (0..1), known_share (share of the weight with data, 0..1)
-- grain:  one row a cell that is in, in the order of the files
-- NULL:   score of a cell without any data, or with less than $least_known
-- reference: weighted linear combination, Malczewski (2000), Transactions in GIS 4(1), 5-22
COPY (
    WITH cells AS (
        SELECT NULL::UBIGINT AS cell,
               NULL::UTINYINT AS e00, NULL::UTINYINT AS e01, NULL::UTINYINT AS e02, NULL::UTINYINT AS e03,
               NULL::UTINYINT AS e04, NULL::UTINYINT AS e05, NULL::UTINYINT AS e06, NULL::UTINYINT AS e07,
               NULL::UTINYINT AS e08, NULL::UTINYINT AS e09, NULL::UTINYINT AS e10, NULL::UTINYINT AS e11,
               NULL::UTINYINT AS e12, NULL::UTINYINT AS e13, NULL::UTINYINT AS e14, NULL::UTINYINT AS e15
        WHERE false
        UNION ALL BY NAME
        SELECT cell, COLUMNS('^e[0-9][0-9]$') FROM read_parquet($files)
    ),
    weighed AS (
        SELECT cell,
               if($weighs00, coalesce(least(greatest((e00 - $worst00) * $slope00, 0.0), $weight00), 0.0), 0.0)
               + if($weighs01, coalesce(least(greatest((e01 - $worst01) * $slope01, 0.0), $weight01), 0.0), 0.0)
               + if($weighs02, coalesce(least(greatest((e02 - $worst02) * $slope02, 0.0), $weight02), 0.0), 0.0)
               + if($weighs03, coalesce(least(greatest((e03 - $worst03) * $slope03, 0.0), $weight03), 0.0), 0.0)
               + if($weighs04, coalesce(least(greatest((e04 - $worst04) * $slope04, 0.0), $weight04), 0.0), 0.0)
               + if($weighs05, coalesce(least(greatest((e05 - $worst05) * $slope05, 0.0), $weight05), 0.0), 0.0)
               + if($weighs06, coalesce(least(greatest((e06 - $worst06) * $slope06, 0.0), $weight06), 0.0), 0.0)
               + if($weighs07, coalesce(least(greatest((e07 - $worst07) * $slope07, 0.0), $weight07), 0.0), 0.0)
               + if($weighs08, coalesce(least(greatest((e08 - $worst08) * $slope08, 0.0), $weight08), 0.0), 0.0)
               + if($weighs09, coalesce(least(greatest((e09 - $worst09) * $slope09, 0.0), $weight09), 0.0), 0.0)
               + if($weighs10, coalesce(least(greatest((e10 - $worst10) * $slope10, 0.0), $weight10), 0.0), 0.0)
               + if($weighs11, coalesce(least(greatest((e11 - $worst11) * $slope11, 0.0), $weight11), 0.0), 0.0)
               + if($weighs12, coalesce(least(greatest((e12 - $worst12) * $slope12, 0.0), $weight12), 0.0), 0.0)
               + if($weighs13, coalesce(least(greatest((e13 - $worst13) * $slope13, 0.0), $weight13), 0.0), 0.0)
               + if($weighs14, coalesce(least(greatest((e14 - $worst14) * $slope14, 0.0), $weight14), 0.0), 0.0)
               + if($weighs15, coalesce(least(greatest((e15 - $worst15) * $slope15, 0.0), $weight15), 0.0), 0.0)
               AS gained,
               if($weighs00 AND e00 IS NOT NULL, $weight00, 0.0)
               + if($weighs01 AND e01 IS NOT NULL, $weight01, 0.0)
               + if($weighs02 AND e02 IS NOT NULL, $weight02, 0.0)
               + if($weighs03 AND e03 IS NOT NULL, $weight03, 0.0)
               + if($weighs04 AND e04 IS NOT NULL, $weight04, 0.0)
               + if($weighs05 AND e05 IS NOT NULL, $weight05, 0.0)
               + if($weighs06 AND e06 IS NOT NULL, $weight06, 0.0)
               + if($weighs07 AND e07 IS NOT NULL, $weight07, 0.0)
               + if($weighs08 AND e08 IS NOT NULL, $weight08, 0.0)
               + if($weighs09 AND e09 IS NOT NULL, $weight09, 0.0)
               + if($weighs10 AND e10 IS NOT NULL, $weight10, 0.0)
               + if($weighs11 AND e11 IS NOT NULL, $weight11, 0.0)
               + if($weighs12 AND e12 IS NOT NULL, $weight12, 0.0)
               + if($weighs13 AND e13 IS NOT NULL, $weight13, 0.0)
               + if($weighs14 AND e14 IS NOT NULL, $weight14, 0.0)
               + if($weighs15 AND e15 IS NOT NULL, $weight15, 0.0) AS known,
               ($limits00 AND coalesce(e00 < $least00 OR e00 > $most00, $required00))
               OR ($limits01 AND coalesce(e01 < $least01 OR e01 > $most01, $required01))
               OR ($limits02 AND coalesce(e02 < $least02 OR e02 > $most02, $required02))
               OR ($limits03 AND coalesce(e03 < $least03 OR e03 > $most03, $required03))
               OR ($limits04 AND coalesce(e04 < $least04 OR e04 > $most04, $required04))
               OR ($limits05 AND coalesce(e05 < $least05 OR e05 > $most05, $required05))
               OR ($limits06 AND coalesce(e06 < $least06 OR e06 > $most06, $required06))
               OR ($limits07 AND coalesce(e07 < $least07 OR e07 > $most07, $required07))
               OR ($limits08 AND coalesce(e08 < $least08 OR e08 > $most08, $required08))
               OR ($limits09 AND coalesce(e09 < $least09 OR e09 > $most09, $required09))
               OR ($limits10 AND coalesce(e10 < $least10 OR e10 > $most10, $required10))
               OR ($limits11 AND coalesce(e11 < $least11 OR e11 > $most11, $required11))
               OR ($limits12 AND coalesce(e12 < $least12 OR e12 > $most12, $required12))
               OR ($limits13 AND coalesce(e13 < $least13 OR e13 > $most13, $required13))
               OR ($limits14 AND coalesce(e14 < $least14 OR e14 > $most14, $required14))
               OR ($limits15 AND coalesce(e15 < $least15 OR e15 > $most15, $required15)) AS is_out
        FROM cells
    )
    SELECT cell,
           if(known > 0.0 AND known >= $least_known * $total, gained / known, NULL)::FLOAT AS score,
           (known / $total)::FLOAT AS known_share
    FROM weighed
    WHERE NOT is_out
) TO $out (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2)
