"""What a payer holds in the hand: the boleto as PDF, the Pix code as a picture."""
