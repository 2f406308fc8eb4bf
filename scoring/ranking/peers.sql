-- in:     peer(profile, commodity, mine, position, mean, q); $commodity; $profile
-- out:    mine, position, mean, q (33 quantiles of the desirability of the peers)
-- grain:  one row a kind and criterion with peers
-- NULL:   none
SELECT mine, position, mean, q FROM peer WHERE commodity = $commodity AND profile = $profile
