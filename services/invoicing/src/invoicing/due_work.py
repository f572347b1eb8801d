"""The due work of invoicing; what does each kind is named in `invoicing.consumers`."""

from typing import Final

from chassis.schedules import Schedules

schedules = Schedules()

DUE: Final = "invoice.due"
OVERDUE: Final = "invoice.overdue"
REGISTER: Final = "register_charge"
OCCURRENCE: Final = "plan_occurrence"
IMPORT: Final = "import_piece"
ABANDONED: Final = "forget_import"
