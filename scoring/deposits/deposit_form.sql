-- in:     deposit type of combined.site
-- out:    form: deposits of one form are of comparable grade though their type differs
-- grain:  a value
-- NULL:   none; '' : the type is not stated
CREATE OR REPLACE MACRO deposit_form(deposit_type) AS
CASE
    WHEN deposit_type IN ('', 'brine', 'placer', 'evaporite', 'phosphate', 'graphite', 'tailings') THEN deposit_type
    WHEN deposit_type IN ('lithium clay', 'ion-adsorption clay') THEN 'clay'
    WHEN deposit_type IN ('laterite', 'residual') THEN 'weathered'
    ELSE 'hard rock'
END
