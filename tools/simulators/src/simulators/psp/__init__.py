"""The PSP: API Pix 2.9 of the Banco Central, receiver's and payer's side, with webhooks."""
