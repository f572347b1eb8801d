"""Itaú's codes (Cobrança 400 bytes CNAB, Jul/2021, notes 17, 20 and 28; Cobrança FEBRABAN 240).

Occurrence 10 says that the title left the books because it was paid elsewhere, e.g. by the Pix of its QR code, whose
money came by Pix and not with this file; 95 says that a payment was captured, not that it settled.
"""

from typing import Final

from brasil.bank_files.codes.table import code_table

_MOVEMENTS: Final = """
02 entry @entry Entrada confirmada
03 rejected @entry Entrada rejeitada
04 other Alteração de dados: nova entrada
05 off Alteração de dados: baixa
06 settled Liquidação normal
07 settled/partial Liquidação parcial
08 settled Liquidação em cartório
09 off Baixa simples
10 off/money Baixa por ter sido liquidado
11 other Em ser
12 other Abatimento concedido
13 other Abatimento cancelado
14 other Vencimento alterado
15 rejected @write_off Baixa rejeitada
16 rejected @instruction Instrução rejeitada
17 rejected @change Alteração de dados rejeitada
18 rejected @contract Cobrança contratual: instrução/alteração rejeitada ou pendente
19 other Confirmação da instrução de protesto
20 other Confirmação da instrução de sustação de protesto
21 other Confirmação da instrução de não protestar
23 other Título enviado a cartório
24 rejected Instrução de protesto rejeitada, sustada ou pendente
25 other @allegation Alegações do pagador
26 fee Tarifa de aviso de cobrança
27 fee Tarifa de extrato de posição
28 fee Tarifa de relação das liquidações
29 fee Tarifa de manutenção de títulos vencidos
30 fee Débito mensal de tarifas
32 off Baixa por ter sido protestado
33 fee Custas de protesto
34 fee Custas de sustação
35 fee Custas de cartório distribuidor
36 fee Custas de edital
37 fee Tarifa de emissão de boleto/envio de duplicata
38 fee Tarifa de instrução
39 fee Tarifa de ocorrências
40 fee Tarifa mensal de emissão de boleto/envio de duplicata
41 fee Débito mensal de tarifas: extrato de posição
42 fee Débito mensal de tarifas: outras instruções
43 fee Débito mensal de tarifas: manutenção de títulos vencidos
44 fee Débito mensal de tarifas: outras ocorrências
45 fee Débito mensal de tarifas: protesto
46 fee Débito mensal de tarifas: sustação de protesto
47 off Baixa com transferência para desconto
48 fee Custas de sustação judicial
51 fee Tarifa mensal: entradas em bancos correspondentes na carteira
52 fee Tarifa mensal: baixas na carteira
53 fee Tarifa mensal: baixas em bancos correspondentes na carteira
54 fee Tarifa mensal: liquidações na carteira
55 fee Tarifa mensal: liquidações em bancos correspondentes na carteira
56 fee Custas de irregularidade
57 other Instrução cancelada
59 off/money Baixa por crédito em conta corrente através do SISPAG
60 rejected @entry Entrada rejeitada de carnê
61 fee Tarifa de emissão de aviso de movimentação de títulos
62 fee Débito mensal de tarifa: aviso de movimentação de títulos
63 other Título sustado judicialmente
64 entry Entrada confirmada com rateio de crédito
65 other/money Pagamento com cheque aguardando compensação
69 other/reversal Cheque devolvido
71 entry Entrada registrada, aguardando avaliação
72 off/money Baixa por crédito em conta através do SISPAG sem título correspondente
73 entry Entrada confirmada na cobrança simples, não aceita na contratual
74 rejected Instrução de negativação expressa rejeitada
75 other Confirmação da instrução de entrada em negativação expressa
76 other/money Cheque compensado
77 other Confirmação da exclusão de entrada em negativação expressa
78 other Confirmação do cancelamento de negativação expressa
79 other Negativação expressa informacional
80 other Confirmação de entrada em negativação expressa, com tarifa
82 other Confirmação do cancelamento de negativação expressa, com tarifa
83 other Confirmação da exclusão de negativação expressa por liquidação, com tarifa
85 fee Tarifa por boleto (até 3 envios) da cobrança ativa eletrônica
86 fee Tarifa de e-mail da cobrança ativa eletrônica
87 fee Tarifa de SMS da cobrança ativa eletrônica
88 fee Tarifa mensal por boleto da cobrança ativa eletrônica
89 fee Tarifa mensal de e-mail da cobrança ativa eletrônica
90 fee Tarifa mensal de SMS da cobrança ativa eletrônica
91 fee Tarifa mensal de exclusão de entrada de negativação expressa
92 fee Tarifa mensal de cancelamento de negativação expressa
93 fee Tarifa mensal de exclusão de negativação expressa por liquidação
94 other Confirmação da instrução de não negativar
95 other/money Baixa operacional (pagamento capturado, ainda não liquidado)
"""

_CHANNEL: Final = """
AA Caixa eletrônico Itaú
AC Pagamento em cartório automatizado
AO Acerto on-line
BC Banco correspondente
BF Itaú Bankfone
BL Itaú Bankline
B0 Outro banco, recebimento off-line
B1 Outro banco, pelo código de barras
B2 Outro banco, pela linha digitável
B3 Outro banco, pelo autoatendimento
B4 Outro banco, em casa lotérica
B5 Outro banco, correspondente
B6 Outro banco, por telefone
B7 Outro banco, por arquivo eletrônico
CC Agência Itaú, com cheque de outro banco
CI Correspondente Itaú
CK Sispag
CP Agência Itaú, em dinheiro, cheque Itaú ou débito em conta
DG Agência Itaú, capturado off-line
LC Cartório de protesto, com cheque
Q0 Pagamento agendado por canal eletrônico
"""

_ENTRY: Final = """
03 Sem agência cobradora para o CEP
04 Sigla do estado inválida
05 Data de vencimento fora do prazo da operação
07 Valor do título maior que o permitido
08 Nome do pagador não informado ou deslocado
09 Agência encerrada
10 Logradouro não informado ou deslocado
11 CEP não numérico ou inválido
12 Nome do sacador/avalista não informado ou deslocado
13 CEP incompatível com a sigla do estado
14 Nosso número já registrado ou fora da faixa
15 Nosso número em duplicidade no mesmo movimento
18 Data de entrada inválida para a carteira
19 Ocorrência inválida
21 Carteira não aceita depositária correspondente
22 Carteira não permitida
26 Agência/conta não liberada para cobrança
27 CNPJ do beneficiário inapto
29 Categoria da conta inválida
30 Entradas bloqueadas, conta suspensa em cobrança
31 Conta sem permissão para protestar
35 IOF maior que 5%
36 Quantidade de moeda incompatível com o valor do título
37 CNPJ/CPF do pagador não numérico ou igual a zeros
42 Nosso número fora de faixa
52 Empresa não aceita banco correspondente
53 Empresa não aceita banco correspondente, cobrança mensagem
54 Título de banco correspondente com vencimento inferior a 15 dias
55 CEP não pertence à depositária informada
56 Vencimento superior a 180 dias da entrada
57 CEP só de depositária do Banco do Brasil com vencimento inferior a 8 dias
60 Valor do abatimento inválido
61 Juros de mora maiores que o permitido
62 Desconto maior que o valor do título
63 Valor por dia de desconto não permitido
64 Data de emissão inválida
65 Taxa de financiamento inválida
66 Data de vencimento inválida ou fora do prazo de operação
67 Valor do título/quantidade de moeda inválido
68 Carteira inválida ou não cadastrada no intercâmbio
69 Carteira inválida para rateio de crédito
91 DAC da agência/conta inválido
92 DAC da agência/conta/carteira/nosso número inválido
93 Sigla do estado inválida
94 Sigla do estado incompatível com o CEP do pagador
95 CEP do pagador não numérico ou inválido
96 Endereço, nome ou cidade do pagador inválido
98 Registro de mensagem sem flash cadastrado
"""

_WRITE_OFF: Final = """
04 Nosso número em duplicidade no mesmo movimento
05 Baixa pedida para título já baixado ou liquidado
06 Baixa pedida para título não registrado
07 Baixa pedida para título de prazo curto não registrado
08 Baixa pedida para título em floating
"""

_INSTRUCTION: Final = """
01 Instrução/ocorrência não existente
03 Conta sem permissão para protestar
06 Nosso número igual a zeros
09 CNPJ/CPF do sacador/avalista inválido
14 Registro em duplicidade
15 CNPJ/CPF informado sem nome do sacador/avalista
19 Abatimento maior que 90% do valor do título
20 Existe sustação de protesto pendente
21 Título não registrado
22 Título baixado ou liquidado
23 Instrução não aceita
24 Existe instrução de protesto para o título
25 Não existe instrução de protesto para o título
26 Ordem de protesto já emitida ao cartório
27 Ordem de protesto ainda não emitida ao cartório
28 Mesma instrução já cadastrada
29 Valor líquido mais abatimento diferente do valor do título
30 Existe instrução ativa de não protestar
31 Existe ocorrência do pagador que bloqueia a instrução
32 Carteira ou depositária não aceita protesto
33 Vencimento igual ao registrado ou que torna o título vencido
34 Aviso de cobrança antes do vencimento
35 Cancelamento de instrução inexistente
36 Título em alteração de controle
37 Instrução não permitida para a carteira
40 Não existe instrução de negativação expressa
41 Título já enviado para negativação expressa
42 Título com negativação expressa concluída
43 Prazo inválido para negativação
45 Instrução incompatível para o mesmo título nesta data
47 Espécie inválida
48 Dados do pagador inválidos
49 Endereço do pagador inválido
50 Data de emissão inválida
51 Título com negativação expressa agendada
"""

_CHANGE: Final = """
02 Agência cobradora inválida ou igual à anterior
04 Sigla do estado inválida
05 Data de vencimento inválida ou igual à anterior
06 Valor do título com outra alteração simultânea
08 Nome do pagador igual ao anterior
11 CEP inválido
12 Inscrição do sacador/avalista inválida
13 Seu número igual ao anterior
21 Agência cobradora não cadastrada ou em encerramento
42 Alteração inválida para título vencido
43 Alteração bloqueada: vencimento já alterado
53 Instrução com o mesmo conteúdo
61 Título baixado, liquidado ou inexistente
66 Alteração não permitida para a carteira
81 Alteração bloqueada: título com negativação expressa ou protesto
"""

_CONTRACT: Final = """
16 Abatimento, alteração de valor ou baixa bloqueados
40 Não aprovada pelo impacto na elegibilidade de garantias
41 Automaticamente rejeitada
42 Instrução recebida, pendente de análise
"""

# Notes 17 and 20, table 6: what the payer says about the title (occurrence 25); codes of four digits.
_ALLEGATION: Final = """
1313 Solicita a prorrogação do vencimento
1321 Solicita a dispensa dos juros de mora
1339 Não recebeu a mercadoria
1347 A mercadoria chegou atrasada
1354 A mercadoria chegou avariada
1362 A mercadoria chegou incompleta
1370 A mercadoria não confere com o pedido
1388 A mercadoria está à disposição
1396 Devolveu a mercadoria
1404 Não recebeu a fatura
1412 A fatura está em desacordo com a nota fiscal
1420 O pedido de compra foi cancelado
1438 A duplicata foi cancelada
1446 Que nada deve ou comprou
1453 Que mantém entendimentos com o sacador
1461 Que pagará o título
1479 Que pagou o título diretamente ao beneficiário
1487 Que pagará o título diretamente ao beneficiário
1495 Que o vencimento correto é outro
1503 Que tem desconto ou abatimento
1719 Não foi localizado
1727 Está em regime de concordata
1735 Está em regime de falência
1750 Recusa-se a pagar juros bancários
1826 Endereço de e-mail inválido
1834 Boleto DDA reconhecido pelo pagador
1842 Boleto DDA não reconhecido pelo pagador
"""

_GROUPS: Final = {
    "entry": _ENTRY,
    "write_off": _WRITE_OFF,
    "instruction": _INSTRUCTION,
    "change": _CHANGE,
    "contract": _CONTRACT,
    "channel": _CHANNEL,
    "allegation": _ALLEGATION,
}

ITAU_400: Final = code_table(_MOVEMENTS, **_GROUPS)
ITAU_240: Final = code_table(_MOVEMENTS, **_GROUPS)
