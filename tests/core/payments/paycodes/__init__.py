"""Pay codes, the payer's side."""
