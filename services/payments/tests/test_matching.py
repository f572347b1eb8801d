from datetime import date
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from payments.domain.ledger import (
    Account,
    Posting,
    allocated,
    balances,
    deallocated,
    opposite,
    received,
    refund_settled,
    refund_started,
)
from payments.domain.matching import LARGEST_SET, Candidate, ReceiptFacts, Slip, match

PAYER = "a" * 64
SLIP = Slip(bank_code="341", nosso_numero="12345678", convenio="0607", carteira="109")


def candidate(number: int, owed_cents: int = 10_000, **changes: object) -> Candidate:
    values: dict[str, object] = {
        "invoice_id": UUID(int=number),
        "customer_id": UUID(int=50),
        "is_open": True,
        "due_on": date(2026, 3, number % 28 + 1),
        "owed_cents": owed_cents,
        **changes,
    }
    return Candidate(**values)  # type: ignore[arg-type]


def receipt(gross_cents: int = 10_000, **changes: object) -> ReceiptFacts:
    return ReceiptFacts(gross_cents=gross_cents, paid_on=date(2026, 3, 10), **changes)  # type: ignore[arg-type]


class TestTheLadder:
    def test_a_txid_is_exact_whatever_the_amount_and_state(self) -> None:
        closed = candidate(1, is_open=False, txids=frozenset({"tx1"}))
        result = match(receipt=receipt(1, txid="tx1"), candidates=[candidate(2), closed])
        assert (result.rung, result.invoice_ids, result.score) == ("exact_id", (UUID(int=1),), 50)

    def test_a_reused_nosso_numero_means_the_open_invoice(self) -> None:
        old = candidate(1, is_open=False, slips=(SLIP,))
        new = candidate(2, slips=(SLIP,))
        assert match(receipt=receipt(slip=SLIP), candidates=[old, new]).invoice_ids == (UUID(int=2),)

    def test_a_nosso_numero_of_another_wallet_is_another_slip(self) -> None:
        other = Slip(bank_code="341", nosso_numero="12345678", convenio="0607", carteira="175")
        assert match(receipt=receipt(slip=SLIP), candidates=[candidate(1, slips=(other,))]).rung == "proposal"
        file_names_no_wallet = Slip(bank_code="341", nosso_numero="12345678")
        found = match(receipt=receipt(slip=file_names_no_wallet), candidates=[candidate(1, slips=(other,))])
        assert found.rung == "exact_id"

    def test_two_open_invoices_with_one_slip_are_left_to_a_person(self) -> None:
        both = [candidate(1, slips=(SLIP,)), candidate(2, 500, slips=(SLIP,))]
        result = match(receipt=receipt(slip=SLIP), candidates=both)
        assert result.rung == "proposal"
        assert [proposal.invoice_id.int for proposal in result.proposals] == [1, 2]

    def test_a_reference_comes_before_payer_and_amount(self) -> None:
        named = candidate(1, 700, references=frozenset({"D-1"}))
        likely = candidate(2, 10_000, payer_hash=PAYER)
        result = match(receipt=receipt(references=frozenset({"D-1"}), payer_hash=PAYER), candidates=[named, likely])
        assert (result.rung, result.invoice_ids) == ("reference", (UUID(int=1),))

    def test_payer_and_amount_need_exactly_one_answer(self) -> None:
        one = candidate(1, payer_hash=PAYER)
        assert match(receipt=receipt(payer_hash=PAYER), candidates=[one]).rung == "payer_and_amount"
        twins = [one, candidate(2, payer_hash=PAYER)]
        assert match(receipt=receipt(payer_hash=PAYER), candidates=twins).rung == "proposal"

    def test_the_one_set_that_adds_up_is_taken_oldest_first(self) -> None:
        own = [candidate(n, cents, payer_hash=PAYER) for n, cents in ((3, 1_000), (1, 2_500), (2, 4_000))]
        result = match(receipt=receipt(5_000, payer_hash=PAYER), candidates=own)
        assert (result.rung, result.invoice_ids) == ("invoice_set", (UUID(int=2), UUID(int=3)))
        assert match(receipt=receipt(6_500, payer_hash=PAYER), candidates=own).invoice_ids == (UUID(int=1), UUID(int=2))

    def test_two_sets_that_add_up_are_left_to_a_person(self) -> None:
        own = [candidate(n, 1_000, payer_hash=PAYER) for n in (1, 2, 3)]
        assert match(receipt=receipt(2_000, payer_hash=PAYER), candidates=own).rung == "proposal"

    def test_of_very_many_invoices_only_all_together_are_tried(self) -> None:
        own = [candidate(n, 100 + n, payer_hash=PAYER) for n in range(1, LARGEST_SET + 2)]
        everything = sum(item.owed_cents for item in own)
        assert match(receipt=receipt(everything, payer_hash=PAYER), candidates=own).rung == "invoice_set"
        assert match(receipt=receipt(everything - 101, payer_hash=PAYER), candidates=own).rung == "proposal"

    def test_money_that_nothing_speaks_for_stays_unmatched(self) -> None:
        assert match(receipt=receipt(77), candidates=[candidate(1)]).rung == "none"
        assert match(receipt=receipt(), candidates=[]).rung == "none"

    @given(
        st.permutations(
            [candidate(n, 1_000 * n, payer_hash=PAYER, slips=(SLIP,) if n == 2 else ()) for n in range(1, 6)]
        )
    )
    def test_the_order_of_candidates_does_not_matter(self, shuffled: list[Candidate]) -> None:
        assert match(receipt=receipt(7_000, payer_hash=PAYER), candidates=shuffled).rung == "proposal"
        assert match(receipt=receipt(7_000, slip=SLIP), candidates=shuffled).invoice_ids == (UUID(int=2),)


class TestLedger:
    @given(st.lists(st.tuples(st.integers(1, 10**9), st.integers(0, 100), st.integers(0, 50)), max_size=8))
    def test_every_posting_and_all_of_them_sum_to_zero(self, parts: list[tuple[int, int, int]]) -> None:
        postings: list[Posting] = []
        for principal, interest, fine in parts:
            gross = principal + interest + fine
            postings += [
                received(gross_cents=gross, fee_cents=min(fine, gross)),
                allocated(principal_cents=principal, interest_cents=interest, fine_cents=fine),
                deallocated(principal_cents=principal, interest_cents=interest, fine_cents=fine),
                refund_started(amount_cents=gross),
                refund_settled(amount_cents=gross),
            ]
        assert all(sum(line.amount_cents for line in posting) == 0 for posting in postings)
        held = balances(postings)
        assert sum(held.values()) == 0
        assert held[Account.UNAPPLIED] == held[Account.RECEIVABLE] == held[Account.REFUNDS] == 0

    def test_an_opposite_posting_undoes_it(self) -> None:
        posting = received(gross_cents=100, fee_cents=3)
        assert set(balances([posting, opposite(posting)]).values()) == {0}
