"""Inter's codes (layout of 400 positions); a rejection is explained in words."""

from typing import Final

from brasil.bank_files.codes.table import code_table

INTER_400: Final = code_table("""
02 entry Em aberto
03 rejected Erro
06 settled Pago
07 off Baixado
""")
