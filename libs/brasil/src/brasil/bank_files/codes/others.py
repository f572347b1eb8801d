"""Codes of BNB, Banrisul and the banks that share the Autbank layout (Fibra, Pine), all of 400 positions."""

from typing import Final

from brasil.bank_files.codes.febraban import REJECTIONS
from brasil.bank_files.codes.table import code_table

BNB_400: Final = code_table("""
02 entry Entrada confirmada
04 other Alteração
06 settled Liquidação normal
07 settled/partial Pagamento por conta (parcial)
08 settled Pagamento em cartório
09 off Baixa simples
10 off Devolvido, protestado
11 other Em ser
12 other Abatimento concedido
13 other Abatimento cancelado
14 other Vencimento alterado
15 off Baixa automática
18 other Alteração de depositária
19 other Confirmação da instrução de protesto
20 other Confirmação da instrução de sustação de protesto
21 other Alteração do controle da empresa
22 other Alteração do seu número
51 rejected Entrada rejeitada
52 rejected Erro na ocorrência 02
54 rejected Erro na ocorrência 04
56 rejected Erro na ocorrência 06
57 rejected Erro na ocorrência 07
58 rejected Erro na ocorrência 08
59 rejected Erro na ocorrência 09
60 rejected Erro na ocorrência 10
61 rejected Erro na ocorrência 11
62 rejected Erro na ocorrência 12
63 rejected Erro na ocorrência 13
64 rejected Erro na ocorrência 14
65 rejected Erro na ocorrência 15
68 rejected Erro na ocorrência 18
69 rejected Erro na ocorrência 19
70 rejected Erro na ocorrência 20
71 rejected Erro na ocorrência 21
72 rejected Erro na ocorrência 22
""")

BANRISUL_400: Final = code_table(
    """
02 entry Confirmação de entrada
03 rejected @rejection Entrada rejeitada
04 off/money @write_off Baixa de título liquidado por edital
06 settled @write_off Liquidação normal
07 settled/partial @write_off Liquidação parcial
08 settled @write_off Baixa por pagamento, liquidação pelo saldo
09 off @write_off Devolução automática
10 off @write_off Baixado conforme instruções
11 other Arquivo levantamento
12 other Concessão de abatimento
13 other Cancelamento de abatimento
14 other Vencimento alterado
15 settled @write_off Pagamento em cartório
16 other Alteração de dados
18 other Alteração de instruções
19 other Confirmação da instrução de protesto
20 other Confirmação da instrução para sustar protesto
21 other Aguardando autorização para protesto por edital
22 other Protesto sustado por alteração de vencimento
23 other Confirmação da entrada em cartório
24 rejected @rejection Entrada rejeitada por CEP irregular
25 off/money @write_off Devolução, liquidado anteriormente
26 other Devolvido pelo cartório: erro de informação
30 other/money Cobrança a creditar (liquidação em trânsito)
31 other/money Título em trânsito pago em cartório
32 other/money Reembolso e transferência de carteira
33 other/money Reembolso e devolução
34 other Reembolso não efetuado por falta de saldo
40 off Baixa de título protestado
41 fee Despesa de aponte
42 other Alteração de título
43 other Relação de títulos
44 fee Manutenção mensal
45 other Sustação de cartório e envio de título a cartório
46 other Fornecimento de formulário pré-impresso
47 entry Confirmação de entrada, pagador DDA
68 other Acerto dos dados do rateio de crédito
69 other Cancelamento dos dados do rateio
""",
    rejection=REJECTIONS,
    write_off="""
37 Cancelamento de rateio por baixa comandada
38 Rateio efetuado, beneficiário aguardando crédito
39 Rateio efetuado, beneficiário já creditado
40 Rateio não efetuado, conta de débito bloqueada
41 Rateio não efetuado, conta encerrada
42 Rateio não efetuado, valor pago menor
43 Ocorrência sem rateio
""",
)

AUTBANK_400: Final = code_table(
    """
01 entry Confirmação da entrada do título na CIP
02 entry @entry Entrada confirmada
03 rejected @entry Entrada rejeitada
05 other Campo livre alterado
06 settled Liquidação normal
08 settled Liquidação em cartório
09 off Baixa automática
10 off/money Baixa por ter sido liquidado
12 other Abatimento confirmado
13 other Abatimento cancelado
14 other Vencimento alterado
15 rejected @write_off Baixa rejeitada
16 rejected @instruction Instrução rejeitada
19 other Confirmação da ordem de protesto
20 other Confirmação da ordem de sustação
22 other Seu número alterado
23 other Título enviado para cartório
24 other Confirmação da ordem de não protestar
28 fee Débito de tarifas/custas de correspondentes
40 fee Tarifa de entrada (debitada na liquidação)
43 off Baixado por ter sido protestado
96 fee Tarifa sobre instruções do mês anterior
97 fee Tarifa sobre baixas do mês anterior
98 fee Tarifa sobre entradas do mês anterior
""",
    entry="""
03 CEP inválido ou sem cobrador
04 Sigla do estado inválida
05 Data de vencimento inválida ou fora do prazo mínimo
06 Código do banco inválido
08 Nome do pagador não informado
10 Logradouro não informado
14 Registro em duplicidade
19 Data de desconto inválida ou maior que o vencimento
20 Valor de IOF não numérico
21 Movimento para título não cadastrado
22 Desconto mais abatimento maior que o valor do título
25 CNPJ ou CPF do pagador inválido (aceito com restrições)
26 Espécie de documento inválida
27 Data de emissão inválida
28 Seu número não informado
29 CEP em branco, zerado ou não numérico
30 Valor do título não numérico ou inválido
36 Valor de permanência não numérico
37 Valor de permanência inconsistente
38 Valor de desconto/abatimento inválido
39 Valor de abatimento não numérico
42 Título já existente: nosso número não aceito
43 Título em duplicidade no movimento
44 Título zerado, em branco ou não numérico
46 Nosso número fora da faixa do cliente
51 Inscrição do sacador/avalista inválida
52 Sacador/avalista não informado
53 Prazo de vencimento excede o da contratação
54 Banco não é correspondente
55 Banco correspondente não cobra este CEP
56 Nosso número no correspondente não informado
57 Instruções incompatíveis ou prazo para protesto inválido
58 Reprovado na análise
60 CNPJ/CPF do pagador inválido: título recusado
87 Excede o prazo máximo entre emissão e vencimento
""",
    write_off="""
05 Baixa pedida para título já baixado ou liquidado
06 Baixa pedida para título não registrado
08 Baixa pedida para título em float
""",
    instruction="""
04 Data de vencimento não numérica ou inválida
05 Data de vencimento inválida ou fora do prazo mínimo
14 Registro em duplicidade
19 Data de desconto inválida ou maior que o vencimento
20 Campo livre não informado
21 Título não registrado
22 Título baixado ou liquidado
26 Espécie de documento inválida
27 Ordem de protesto não emitida ao cartório
28 Título tem instrução de cartório ativa
29 Título não tem instrução de carteira ativa
30 Existe instrução ativa de não protestar
36 Valor de permanência não numérico
37 Instrução não permitida para a carteira
38 Valor do abatimento não numérico ou maior que o permitido
39 Título em cartório
40 Reprovada na análise
44 Título zerado, em branco ou não numérico
51 Inscrição do sacador/avalista inválida
53 Prazo de vencimento excede o da contratação
57 Instruções incompatíveis ou prazo para protesto inválido
99 Ocorrência desconhecida na remessa
""",
)
