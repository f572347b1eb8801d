import pytest
from example.domain.entry import LARGEST_CENTS, added, check_amount

from chassis.errors import InvalidError


def test_amounts_add_up() -> None:
    assert added(5, [10, 20]) == 35


@pytest.mark.parametrize("amount_cents", [0, -1, LARGEST_CENTS + 1])
def test_an_amount_out_of_bounds_is_refused(amount_cents: int) -> None:
    with pytest.raises(InvalidError):
        check_amount(amount_cents)
