-- in:     facts.import_gap; $desk ('us' | 'japan')
-- out:    commodity, low_t, high_t (t/y of the grade basis: what the country must import, net), how ('consumption': x net import reliance |
--         'net_imports': consumption is withheld | 'net_imports_heavy': of all heavy rare earths together | 'trade': modelled from trade), year
-- grain:  one row a commodity with a gap
-- NULL:   year: each row of data/curated/japan_consumption.csv has its own; no figure of the country: no row (unknown); a net exporter: no row (no gap)
-- ref:    the view facts.import_gap states the sources
SELECT commodity, low_t, high_t, how, year
FROM facts.import_gap
WHERE country = $desk AND high_t > 0
ORDER BY commodity
