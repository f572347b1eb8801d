"""Codes of the FEBRABAN CNAB 240 layout (v10.6, notes C044 and C047), shared by the banks that keep to it."""

from typing import Final

from brasil.bank_files.codes.table import code_table

MOVEMENTS_240: Final = """
02 entry @rejection Entrada confirmada
03 rejected @rejection Entrada rejeitada
04 other Transferência de carteira/entrada
05 other Transferência de carteira/baixa
06 settled @settlement Liquidação
07 other Confirmação da instrução de desconto
08 other Confirmação do cancelamento do desconto
09 off @settlement Baixa
11 other Título em carteira (em ser)
12 other Confirmação da instrução de abatimento
13 other Confirmação do cancelamento de abatimento
14 other Confirmação da alteração de vencimento
15 other Franco de pagamento
17 unregistered @settlement Liquidação após baixa ou de título não registrado
19 other Confirmação da instrução de protesto
20 other Confirmação da sustação ou do cancelamento de protesto
23 other Remessa a cartório (aponte)
24 other Retirada de cartório e manutenção em carteira
25 off @settlement Protestado e baixado
26 rejected @rejection Instrução rejeitada
27 other Confirmação da alteração de outros dados
28 fee @fee Débito de tarifas/custas
29 other Ocorrência do pagador
30 rejected @rejection Alteração de dados rejeitada
33 other Confirmação da alteração dos dados do rateio de crédito
34 other Confirmação do cancelamento do rateio de crédito
35 other Confirmação do desagendamento do débito automático
36 other Confirmação de envio de e-mail/SMS
37 other Envio de e-mail/SMS rejeitado
38 other Confirmação da alteração do prazo limite de recebimento
39 other Confirmação da dispensa do prazo limite de recebimento
40 other Confirmação da alteração do seu número
41 other Confirmação da alteração do número de controle do participante
42 other Confirmação da alteração dos dados do pagador
43 other Confirmação da alteração dos dados do sacador/avalista
44 other/reversal Título pago com cheque devolvido
45 other/money Título pago com cheque compensado
46 other Instrução para cancelar protesto confirmada
47 other Instrução para protesto para fins falimentares confirmada
48 other Confirmação da transferência de carteira/modalidade de cobrança
49 other Alteração do contrato de cobrança
50 other/money Título pago com cheque pendente de liquidação
51 other Título DDA reconhecido pelo pagador
52 other Título DDA não reconhecido pelo pagador
53 other Título DDA recusado pela CIP
54 other Confirmação da baixa de título negativado sem protesto
55 other Confirmação da dispensa de multa
56 other Confirmação da cobrança de multa
57 other Confirmação da alteração da cobrança de juros
58 other Confirmação da alteração do valor/data de desconto
59 other Confirmação da alteração do beneficiário do título
60 other Confirmação da dispensa de juros de mora
61 other Confirmação da alteração do valor nominal do título
62 other Confirmação da alteração do valor/percentual mínimo ou máximo
63 other Título sustado judicialmente
"""

SETTLEMENT: Final = """
01 Por saldo
02/partial Por conta (pagamento parcial)
03 No guichê de caixa, em dinheiro
04 Compensação eletrônica
05 Compensação convencional
06 Por meio eletrônico
07 Após feriado local
08 Em cartório
09 Comandada pelo banco
10 Comandada pelo cliente por arquivo
11 Comandada pelo cliente on-line
12 Decurso de prazo, cliente
13 Decurso de prazo, banco
14 Protestado
15 Título excluído
30 No guichê de caixa, em cheque
31 Em banco correspondente
32 Em terminal de autoatendimento
33 Na internet (home banking)
34 Em office banking
35 Em correspondente, em dinheiro
36 Em correspondente, em cheque
37 Por central de atendimento (telefone)
"""

FEES: Final = """
01 Tarifa de extrato de posição
02 Tarifa de manutenção de título vencido
03 Tarifa de sustação
04 Tarifa de protesto
05 Tarifa de outras instruções
06 Tarifa de outras ocorrências
07 Tarifa de envio de duplicata ao pagador
08 Custas de protesto
09 Custas de sustação de protesto
10 Custas de cartório distribuidor
11 Custas de edital
12 Tarifa sobre devolução de título vencido
13 Tarifa sobre registro cobrada na baixa/liquidação
14 Tarifa sobre reapresentação automática
15 Tarifa sobre rateio de crédito
16 Tarifa sobre informações via fax
17 Tarifa sobre prorrogação de vencimento
18 Tarifa sobre alteração de abatimento/desconto
19 Tarifa sobre arquivo mensal (em ser)
20 Tarifa sobre emissão de boleto pré-emitido pelo banco
"""

REJECTIONS: Final = """
01 Código do banco inválido
02 Código do registro detalhe inválido
03 Código do segmento inválido
04 Código de movimento não permitido para a carteira
05 Código de movimento inválido
06 Tipo/número de inscrição do beneficiário inválido
07 Agência/conta/DV inválido
08 Nosso número inválido
09 Nosso número duplicado
10 Carteira inválida
11 Forma de cadastramento do título inválida
12 Tipo de documento inválido
13 Identificação da emissão do boleto inválida
14 Identificação da distribuição do boleto inválida
15 Características da cobrança incompatíveis
16 Data de vencimento inválida
17 Data de vencimento anterior à data de emissão
18 Vencimento fora do prazo de operação
19 Título a cargo de banco correspondente com vencimento abaixo do mínimo
20 Valor do título inválido
21 Espécie do título inválida
22 Espécie do título não permitida para a carteira
23 Aceite inválido
24 Data da emissão inválida
25 Data da emissão posterior à data de entrada
26 Código de juros de mora inválido
27 Valor/taxa de juros de mora inválido
28 Código do desconto inválido
29 Valor do desconto maior ou igual ao valor do título
30 Desconto a conceder não confere
31 Concessão de desconto: já existe desconto anterior
32 Valor do IOF inválido
33 Valor do abatimento inválido
34 Valor do abatimento maior ou igual ao valor do título
35 Valor a conceder não confere
36 Concessão de abatimento: já existe abatimento anterior
37 Código para protesto inválido
38 Prazo para protesto inválido
39 Pedido de protesto não permitido para o título
40 Título com ordem de protesto emitida
41 Pedido de sustação para título sem instrução de protesto
42 Código para baixa/devolução inválido
43 Prazo para baixa/devolução inválido
44 Código da moeda inválido
45 Nome do pagador não informado
46 Tipo/número de inscrição do pagador inválido
47 Endereço do pagador não informado
48 CEP inválido
49 CEP sem praça de cobrança
50 CEP de banco correspondente
51 CEP incompatível com a unidade da federação
52 Unidade da federação inválida
53 Tipo/número de inscrição do sacador/avalista inválido
54 Sacador/avalista não informado
55 Nosso número no banco correspondente não informado
56 Código do banco correspondente não informado
57 Código da multa inválido
58 Data da multa inválida
59 Valor/percentual da multa inválido
60 Movimento para título não cadastrado
61 Alteração da agência cobradora/DV inválida
62 Tipo de impressão inválido
63 Entrada para título já cadastrado
64 Número da linha inválido
65 Código do banco para débito inválido
66 Agência/conta/DV para débito inválido
67 Dados para débito incompatíveis com a identificação da emissão do boleto
68 Débito automático agendado
69 Débito não agendado: erro nos dados da remessa
70 Débito não agendado: pagador não consta do cadastro de autorizantes
71 Débito não agendado: beneficiário não autorizado pelo pagador
72 Débito não agendado: beneficiário não participa do débito automático
73 Débito não agendado: moeda diferente de real
74 Débito não agendado: data de vencimento inválida
75 Débito não agendado: título não registrado
76 Débito não agendado: inscrição do debitado inválida
77 Transferência para desconto não permitida para a carteira
78 Data inferior ou igual ao vencimento para débito automático
79 Data de juros de mora inválida
80 Data do desconto inválida
81 Tentativas de débito esgotadas, baixado
82 Tentativas de débito esgotadas, pendente
83 Limite excedido
84 Número de autorização inexistente
85 Título com pagamento vinculado
86 Seu número inválido
87 E-mail/SMS enviado
88 E-mail lido
89 E-mail/SMS devolvido: endereço ou número incorreto
90 E-mail devolvido: caixa postal cheia
91 E-mail/celular do pagador não informado
92 Pagador optante por boleto eletrônico: e-mail não enviado
93 Código de emissão do boleto não permite envio de e-mail
94 Código da carteira inválido para envio de e-mail
95 Contrato não permite o envio de e-mail
96 Número de contrato inválido
97 Rejeição da alteração do prazo limite de recebimento
98 Rejeição da dispensa do prazo limite de recebimento
99 Rejeição da alteração do seu número
A1 Rejeição da alteração do número de controle do participante
A2 Rejeição da alteração dos dados do pagador
A3 Rejeição da alteração dos dados do sacador/avalista
A4 Pagador DDA
A5 Registro rejeitado: título já liquidado
A6 Código do convenente inválido ou encerrado
A7 Título já se encontra na situação pretendida
A8 Valor do abatimento inválido para cancelamento
A9 Não autoriza pagamento parcial
B1 Autoriza recebimento parcial
B2 Valor nominal do título conflitante
B3 Tipo de pagamento inválido
B4 Valor/percentual máximo inválido
B5 Valor/percentual mínimo inválido
"""

FEBRABAN_240: Final = code_table(MOVEMENTS_240, rejection=REJECTIONS, settlement=SETTLEMENT, fee=FEES)
