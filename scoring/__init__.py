"""How sites are measured, scored and ranked."""
