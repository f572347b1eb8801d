"""Bank files: CNAB 400, 240 and 150 returns and remittances; one result whatever the bank and the format."""
