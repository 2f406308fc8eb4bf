"""What breaks: supply by commodity and stage, how concentrated it is, and who depends on whom."""
