-- in:  id of a gate; whether any stake of a covered-nation holder counts
-- out: whether a failure of the gate puts a site behind the others. prc_customers and prc_technology answer a question and move no site
-- NULL: never
CREATE OR REPLACE MACRO gate_counts(gate, any_stake) AS
    gate NOT IN ('prc_customers', 'prc_technology') AND (gate <> 'covered_any' OR any_stake);

-- in:  id of a gate, its verdict; whether any stake of a covered-nation holder counts
-- out: whether it is the rule of ownership in force, and passed
-- NULL: never
CREATE OR REPLACE MACRO owners_pass(gate, verdict, any_stake) AS
    verdict = 'pass' AND gate = CASE WHEN any_stake THEN 'covered_any' ELSE 'covered_nation' END
