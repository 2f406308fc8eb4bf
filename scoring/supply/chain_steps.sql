-- in:  facts.chain_link
-- out: commodity, input_form, output_form, process, evidence, source_url, as_of; grain: one step. NULL: none; as_of empty: the source is undated
SELECT commodity, input_form, output_form, process, evidence, source_url, as_of FROM facts.chain_link ORDER BY ALL
