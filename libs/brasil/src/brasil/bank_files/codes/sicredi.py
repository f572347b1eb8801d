"""Sicredi's codes (manual CNAB 400, Aug/2019; the 240 layout keeps to FEBRABAN with a few more)."""

from typing import Final

from brasil.bank_files.codes.febraban import FEES, MOVEMENTS_240, REJECTIONS, SETTLEMENT
from brasil.bank_files.codes.table import code_table

_MOVEMENTS_400: Final = """
02 entry @reason Entrada confirmada
03 rejected @reason Entrada rejeitada
06 settled @reason Liquidação normal
07 settled/partial @reason Liquidação parcial
09 off @reason Baixado automaticamente via arquivo
10 off @reason Baixado conforme instruções da cooperativa de crédito
12 other @reason Abatimento concedido
13 other @reason Abatimento cancelado
14 other @reason Vencimento alterado
15 settled @reason Liquidação em cartório
17 unregistered @reason Liquidação após baixa
19 other @reason Confirmação da instrução de protesto
20 other @reason Confirmação da instrução de sustação de protesto
23 other @reason Entrada de título em cartório
24 rejected @reason Entrada rejeitada por CEP irregular
27 rejected @reason Baixa rejeitada
28 fee @fee Tarifa
29 other @reason Rejeição do pagador
30 rejected @reason Alteração rejeitada
32 rejected @reason Instrução rejeitada
33 other @reason Confirmação da alteração de outros dados
34 other @reason Retirado de cartório e manutenção em carteira
35 other @reason Aceite do pagador
78 other @reason Confirmação do pedido de negativação
79 other @reason Confirmação do pedido de exclusão de negativação
80 other @reason Confirmação de entrada de negativação
81 rejected @reason Entrada de negativação rejeitada
82 other @reason Confirmação de exclusão de negativação
83 rejected @reason Exclusão de negativação rejeitada
"""

_REASON: Final = """
01 Código do banco inválido
02 Código do registro detalhe inválido
03 Código da ocorrência inválido
04 Código de ocorrência não permitido para a carteira
05 Código de ocorrência não numérico
07 Cooperativa/agência/conta/dígito inválidos
08 Nosso número inválido
09 Nosso número duplicado
10 Carteira inválida
14 Título protestado
15 Cooperativa/carteira/agência/conta/nosso número inválidos
16 Data de vencimento inválida
17 Data de vencimento anterior à data de emissão
18 Vencimento fora do prazo de operação
20 Valor do título inválido
21 Espécie do título inválida
22 Espécie não permitida para a carteira
24 Data de emissão inválida
29 Valor do desconto maior ou igual ao valor do título
31 Concessão de desconto: existe desconto anterior
33 Valor do abatimento inválido
34 Valor do abatimento maior ou igual ao valor do título
36 Concessão de abatimento: existe abatimento anterior
38 Prazo para protesto inválido
39 Pedido para protesto não permitido para o título
40 Título com ordem de protesto emitida
41 Pedido de sustação sem instrução de protesto
44 Cooperativa/agência beneficiária não prevista
45 Nome do pagador inválido
46 Tipo/número de inscrição do pagador inválidos
47 Endereço do pagador não informado
48 CEP irregular
49 Inscrição do pagador/avalista inválida
50 Pagador/avalista não informado
60 Movimento para título não cadastrado
63 Entrada para título já cadastrado
A1 Praça do pagador não cadastrada
A2 Tipo de cobrança divergente da praça do pagador
A3 Cooperativa/agência depositária divergente
A4 Beneficiário não cadastrado ou com inscrição inválida
A5 Pagador não cadastrado
A6 Data da instrução/ocorrência inválida
A7 Ocorrência não pode ser comandada
A8 Recebimento fora da rede Sicredi, por compensação eletrônica
B4 Tipo de moeda inválido
B5 Tipo de desconto/juros inválido
B6 Mensagem padrão não cadastrada
B7 Seu número inválido
B8 Percentual de multa inválido
B9 Valor ou percentual de juros inválido
C1 Data limite para desconto inválida
C2 Aceite do título inválido
C3 Campo alterado inválido
C4 Título ainda não confirmado pela centralizadora
C5 Título rejeitado pela centralizadora
C6 Título já liquidado
C7 Título já baixado
C8 Mesma instrução pendente de confirmação
C9 Instrução prévia de abatimento não existe ou não confirmada
D1 Título dentro do prazo de vencimento
D2 Espécie de documento não permite protesto
D3 Título possui instrução de baixa pendente
D7 Cidade ou estado do pagador não informado
F1 Liquidado no sistema do cliente
F2 Baixado no sistema do cliente
F3 Instrução inválida: título caucionado/descontado
H2 Sustação judicial
H3 Pagador não encontrado
H4 Alteração de carteira
H5 Recebimento fora da rede Sicredi, VLB inferior, por compensação
H6 Recebimento fora da rede Sicredi, VLB superior, por compensação
H8 Recebimento fora da rede Sicredi, contingência
K7 Pagador falecido
K8 Pagador apresentou quitação do título
L2 Pagador consta na lista de falência
M1 Reconhecimento da dívida pelo pagador
M2 Não reconhecimento da dívida pelo pagador
X0 Pago com cheque
X1 Regularização centralizadora, rede Sicredi
X2 Regularização centralizadora, compensação
X3 Regularização centralizadora, banco correspondente
X4 Regularização centralizadora, VLB inferior
X5 Regularização centralizadora, VLB superior
X6 Pago com cheque, bloqueado 24 horas
X7 Pago com cheque, bloqueado 48 horas
X8 Pago com cheque, bloqueado 72 horas
X9 Pago com cheque, bloqueado 96 horas
XA Pago com cheque, bloqueado 120 horas
XB Pago com cheque, bloqueado 144 horas
"""

_FEE: Final = """
03 Tarifa de sustação
04 Tarifa de protesto
08 Tarifa de custas de protesto
A9 Tarifa de manutenção de título vencido
B1 Tarifa de baixa da carteira
B3 Tarifa de registro de entrada do título
F5 Tarifa de entrada na rede Sicredi
S4 Tarifa de inclusão de negativação
S5 Tarifa de exclusão de negativação
"""

SICREDI_400: Final = code_table(_MOVEMENTS_400, reason=_REASON, fee=_FEE)
SICREDI_240: Final = code_table(
    MOVEMENTS_240 + "36 rejected @rejection Baixa rejeitada\n",
    rejection=REJECTIONS,
    settlement=SETTLEMENT,
    fee=FEES,
)
