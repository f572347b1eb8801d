"""What stands outside the company, as processes of their own: bank, PSP, mail and message providers, debtors."""
