"""Sicoob's codes (layout of 400 positions)."""

from typing import Final

from brasil.bank_files.codes.table import code_table

SICOOB_400: Final = code_table("""
02 entry Confirmação de entrada de título
03 rejected Comando recusado
05 unregistered Liquidação sem registro
06 settled Liquidação normal
09 off Baixa de título
10 off Baixa a pedido do beneficiário
11 other Título em ser
12 other Abatimento concedido
13 other Abatimento cancelado
14 other Alteração de vencimento
15 settled Liquidação em cartório
23 other Encaminhado a protesto
26 rejected Instrução rejeitada
27 other Confirmação de alteração de dados
28 fee Débito de tarifas/custas
48 other Confirmação da transferência de carteira/modalidade de cobrança
72 other Alteração de tipo de cobrança
96 fee Despesas de protesto
97 fee Despesas de sustação de protesto
98 fee Débito de custas antecipadas
""")
