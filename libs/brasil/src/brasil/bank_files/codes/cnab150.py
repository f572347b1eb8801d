"""Codes of CNAB 150: arrecadação, and débito automático (FEBRABAN, versions 4 to 8).

31 is a debit made on another day because of a local holiday, so it is as good as 00.
"""

from typing import Final

from brasil.bank_files.codes.table import code_table

COLLECTION: Final = code_table("""
G settled Arrecadação
""")

DEBIT: Final = code_table("""
00 settled Débito efetuado
01 rejected Débito não efetuado: insuficiência de fundos
02 rejected Débito não efetuado: conta não cadastrada
04 rejected Débito não efetuado: outras restrições
05 rejected Débito não efetuado: valor excede o limite aprovado
10 rejected Débito não efetuado: agência em regime de encerramento
12 rejected Débito não efetuado: valor inválido
13 rejected Débito não efetuado: data de lançamento inválida
14 rejected Débito não efetuado: agência inválida
15 rejected Débito não efetuado: conta inválida
18 rejected Débito não efetuado: data anterior à do processamento
19 rejected Débito não efetuado: conta não pertence ao CPF/CNPJ informado
20 rejected Débito não efetuado: conta conjunta não solidária
30 rejected Débito não efetuado: sem contrato de débito automático
31 settled Débito efetuado em data diferente da informada: feriado na praça
96 other Manutenção do cadastro
97 rejected Cancelamento não encontrado
98 rejected Cancelamento não efetuado: fora do tempo hábil
99 other Cancelado conforme solicitação
""")

# Code of the record and code of the movement (position 150).
REGISTRY: Final = code_table("""
B1 other Exclusão de optante pelo débito automático
B2 other Inclusão de optante pelo débito automático
C1 other Ocorrência na exclusão de optante
C2 other Ocorrência na inclusão de optante
D0 other Alteração da identificação do cliente na empresa
D1 other Exclusão de optante pela empresa
E0 other Débito a efetuar
E1 other Cancelamento de débito
H0 other Ocorrência na alteração da identificação do cliente
H1 other Ocorrência na exclusão de optante pela empresa
""")
