"""Caixa's codes (SIGCB, layouts of 400 and 240 positions, notes C044 and C047)."""

from typing import Final

from brasil.bank_files.codes.febraban import FEES, MOVEMENTS_240, REJECTIONS
from brasil.bank_files.codes.table import code_table

_MOVEMENTS_400: Final = """
01 entry Entrada confirmada
02 off Baixa confirmada
03 other Abatimento concedido
04 other Abatimento cancelado
05 other Vencimento alterado
06 other Uso da empresa alterado
07 other Prazo de protesto alterado
08 other Prazo de devolução alterado
09 other Alteração confirmada
10 other Alteração com reemissão de boleto confirmada
11 other Alteração da opção de protesto para devolução
12 other Alteração da opção de devolução para protesto
20 other Em ser
21 settled Liquidação
22 settled Liquidação em cartório
23 off Baixa por devolução
24 off Baixa por franco pagamento
25 off Baixa por protesto
26 other Título enviado para cartório
27 other Sustação de protesto
28 other Estorno de protesto
29 other Estorno de sustação de protesto
30 other Alteração de título
31 fee Tarifa sobre título vencido
32 fee Outras tarifas de alteração
33 other/reversal Estorno de baixa/liquidação
34 other Transferência de carteira/entrada
35 other Transferência de carteira/baixa
99 rejected @rejection Rejeição do título
"""

_REJECTIONS_400: Final = """
001 Movimento sem beneficiário correspondente
002 Movimento sem título correspondente
008 Movimento para título já com movimentação no dia
009 Nosso número não pertence ao beneficiário
010 Inclusão de título já existente
012 Movimento duplicado
013 Entrada inválida para cobrança caucionada
020 CEP do pagador não encontrado
021 Agência cobradora não encontrada
022 Agência do beneficiário não encontrada
045 Data de vencimento com prazo de mais de um ano
049 Movimento inválido para título baixado/liquidado
050 Movimento inválido para título enviado ao cartório
054 Faixa de CEP da agência cobradora não abrange o CEP do pagador
055 Título já com opção de devolução
056 Processo de protesto em andamento
057 Título já com opção de protesto
058 Processo de devolução em andamento
059 Novo prazo para protesto/devolução inválido
076 Alteração do prazo de protesto inválida
077 Alteração do prazo de devolução inválida
081 CEP do pagador inválido
082 CNPJ/CPF do pagador inválido
083 Seu número inválido
084 Protesto inválido para título sem seu número
"""

_CHANGED_240: Final = """
01 other Solicitação de impressão de títulos confirmada
35 other Confirmação de inclusão no banco de pagadores
36 other Confirmação de alteração no banco de pagadores
37 other Confirmação de exclusão no banco de pagadores
38 other Emissão de boletos do banco de pagadores
39 other Manutenção de pagador rejeitada
40 rejected @rejection Entrada de título via banco de pagadores rejeitada
41 other Manutenção do banco de pagadores rejeitada
44 other/reversal Estorno de baixa/liquidação
45 other Alteração de dados
46 settled @channel Liquidação on-line
47 other/reversal Estorno de liquidação on-line
"""

_CHANNEL: Final = """
02 Casa lotérica
03 Agência Caixa
04 Compensação eletrônica
05 Compensação convencional
06 Internet banking
07 Correspondente bancário
08 Em cartório
09 Comandada pelo banco
10 Comandada pelo cliente por arquivo
11 Comandada pelo cliente on-line
12 Decurso de prazo, cliente
13 Decurso de prazo, banco
14 Protestado
61 Pix Caixa
62 Pix em outras instituições
"""

_FORM: Final = """
01 Em dinheiro
02 Em cheque
"""

CAIXA_400: Final = code_table(_MOVEMENTS_400, rejection=_REJECTIONS_400)
CAIXA_240: Final = code_table(
    MOVEMENTS_240 + _CHANGED_240,
    rejection=REJECTIONS,
    settlement=_CHANNEL,
    channel=_CHANNEL,
    form=_FORM,
    fee=FEES,
)
