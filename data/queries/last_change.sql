-- out: the number of the last change; 0 where nothing was changed yet
SELECT coalesce(max(number), 0) FROM change
