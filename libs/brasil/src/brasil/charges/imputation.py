"""Which part of a debt a partial payment pays (CC art. 354), under a named order."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from brasil.charges.terms import Imputation

Part = Literal["interest", "fine", "principal"]

ORDERS: Final[dict[Imputation, tuple[Part, Part, Part]]] = {
    Imputation.INTEREST_FINE_PRINCIPAL: ("interest", "fine", "principal"),
    Imputation.FINE_INTEREST_PRINCIPAL: ("fine", "interest", "principal"),
    Imputation.PRINCIPAL_FIRST: ("principal", "interest", "fine"),
}
SOURCES: Final = {
    Imputation.INTEREST_FINE_PRINCIPAL: "Código Civil, art. 354",
    Imputation.FINE_INTEREST_PRINCIPAL: "agreed between the parties (Código Civil, art. 354)",
    Imputation.PRINCIPAL_FIRST: "agreed between the parties (Código Civil, art. 354)",
}


class Owed(NamedTuple):
    """What is owed at one moment, or what of it a payment pays, in cents."""

    principal: int
    interest: int
    fine: int

    @property
    def total(self) -> int:
        """The sum of the parts."""
        return self.principal + self.interest + self.fine

    def minus(self, paid: Owed) -> Owed:
        """Return what is left."""
        return Owed(self.principal - paid.principal, self.interest - paid.interest, self.fine - paid.fine)


def impute(amount_cents: int, owed: Owed, order: Imputation) -> tuple[Owed, int]:
    """Return how much of each part `amount_cents` pays, and what is left over once nothing is owed."""
    rest = amount_cents
    paid: dict[Part, int] = {}
    for part in ORDERS[order]:
        paid[part] = min(rest, getattr(owed, part))
        rest -= paid[part]
    return Owed(paid["principal"], paid["interest"], paid["fine"]), rest
