"""Boletos: barcode, linha digitável, campo livre, arrecadação."""
