"""Bradesco's codes (Cobrança, layout de 400 posições)."""

from typing import Final

from brasil.bank_files.codes.table import code_table

_MOVEMENTS: Final = """
02 entry @entry Entrada confirmada
03 rejected @rejection Entrada rejeitada
06 settled @settlement Liquidação normal
09 off @write_off Baixado automaticamente via arquivo
10 off @write_off Baixado conforme instruções da agência
11 other Em ser
12 other Abatimento concedido
13 other Abatimento cancelado
14 other Vencimento alterado
15 settled @settlement Liquidação em cartório
16 other/money Título pago em cheque (vinculado)
17 unregistered @settlement Liquidação após baixa ou título não registrado
18 other Acerto de depositária
19 other Confirmação da instrução de protesto
20 other Confirmação da instrução de sustação de protesto
21 other Acerto do controle do participante
22 other/reversal Título com pagamento cancelado
23 other Entrada do título em cartório
24 rejected @rejection Entrada rejeitada por CEP irregular
25 other Confirmação da instrução de protesto falimentar
27 rejected @rejection Baixa rejeitada
28 fee @fee Débito de tarifas/custas
29 other Ocorrência do pagador
30 rejected @rejection Alteração de outros dados rejeitada
32 rejected @rejection Instrução rejeitada
33 other Confirmação da alteração de outros dados
34 other Retirado de cartório e manutenção em carteira
35 other Desagendamento do débito automático
40 other/reversal Estorno de pagamento
55 other Sustado judicialmente
68 other Acerto dos dados do rateio de crédito
69 other Cancelamento dos dados do rateio
73 other Confirmação do pedido de negativação
74 other Confirmação do pedido de exclusão de negativação
"""

_ENTRY: Final = """
01 Código do banco inválido
02 Pendente de autorização
03 Pendente de ação do pagador
04 Código do movimento não permitido para a carteira
15 Características da cobrança incompatíveis
17 Data de vencimento anterior à data de emissão
21 Espécie do título inválida
24 Data da emissão inválida
27 Valor/taxa de juros de mora inválido
38 Prazo para protesto inválido
39 Pedido para protesto não permitido para o título
43 Prazo para baixa e devolução inválido
45 Nome do pagador inválido
46 Tipo/número de inscrição do pagador inválido
47 Endereço do pagador não informado
48 CEP inválido
50 CEP de banco correspondente
53 Número de inscrição do sacador/avalista inválido
54 Sacador/avalista não informado
67 Débito automático agendado
68 Débito não agendado: erro nos dados da remessa
69 Débito não agendado: pagador não consta do cadastro de autorizantes
70 Débito não agendado: beneficiário não autorizado pelo pagador
71 Débito não agendado: beneficiário não participa do débito automático
72 Débito não agendado: moeda diferente de real
73 Débito não agendado: data de vencimento inválida
75 Débito não agendado: inscrição do debitado inválida
76 Pagador eletrônico DDA
"""

_REJECTION: Final = """
02 Código do registro detalhe inválido
03 Código da ocorrência inválido
04 Código de ocorrência não permitido para a carteira
05 Código de ocorrência não numérico
07 Agência/conta/dígito inválido
08 Nosso número inválido
09 Nosso número duplicado
10 Carteira inválida
13 Identificação da emissão do boleto inválida
15 Características da cobrança incompatíveis
16 Data de vencimento inválida
18 Vencimento fora do prazo de operação
20 Valor do título inválido
21 Espécie do título inválida
22 Espécie não permitida para a carteira
24 Data de emissão inválida
28 Código do desconto inválido
38 Prazo para protesto/negativação inválido
40 Título com ordem de protesto emitida
42 Código para baixa/devolução inválido
44 Agência do beneficiário não prevista
45 Nome do pagador não informado
46 Tipo/número de inscrição do pagador inválido
47 Endereço do pagador não informado
48 CEP inválido
50 CEP irregular: banco correspondente
60 Movimento para título não cadastrado
63 Entrada para título já cadastrado
65 Limite excedido
66 Número de autorização inexistente
68 Débito não agendado: erro nos dados da remessa
69 Débito não agendado: pagador não consta do cadastro de autorizantes
70 Débito não agendado: beneficiário não autorizado pelo pagador
71 Débito não agendado: beneficiário não participa do débito automático
72 Débito não agendado: moeda diferente de real
73 Débito não agendado: data de vencimento inválida
74 Débito não agendado: título não registrado
75 Débito não agendado: tipo de inscrição do debitado inválido
"""

_SETTLEMENT: Final = """
15 Título pago com cheque
18/partial Pagamento parcial
42 Rateio não efetuado
"""

_WRITE_OFF: Final = """
10 Baixa comandada pelo cliente
14 Título protestado
15 Título excluído
16 Título baixado pelo banco por decurso de prazo
17 Título baixado e transferido de carteira
20 Título baixado e transferido para desconto
"""

_FEE: Final = """
02 Tarifa de permanência de título cadastrado
03 Tarifa de sustação
04 Tarifa de protesto
08 Custas de protesto
12 Tarifa de registro
13 Tarifa de título pago no Bradesco
14 Tarifa de título pago por compensação
15 Tarifa de título baixado não pago
16 Tarifa de alteração de vencimento
17 Tarifa de concessão de abatimento
"""

BRADESCO_400: Final = code_table(
    _MOVEMENTS,
    entry=_ENTRY,
    rejection=_REJECTION,
    settlement=_SETTLEMENT,
    write_off=_WRITE_OFF,
    fee=_FEE,
)
