"""The review of debtors: load their files, decide, save, publish, plan the next look."""

from collections.abc import Sequence
from uuid import UUID

from chassis.db import Tx
from chassis.schedules import Work
from dunning.domain.calendar import bank_days
from dunning.domain.changes import Changes
from dunning.domain.debtor_file import DebtorFile
from dunning.domain.review import review
from dunning.due_work import review_at
from dunning.store.files import load_files
from dunning.store.saving import save_reviews


async def review_debtors(tx: Tx, works: Sequence[Work]) -> None:
    """Review every debtor whose look is due, together."""
    triggers = {UUID(work.subject): str(work.payload.get("trigger", "schedule")) for work in works}
    files = await load_files(tx, list(triggers))
    reviews: list[tuple[DebtorFile, Changes]] = []
    for file in files:
        place = (file.debtor.uf, file.debtor.city_code) if file.debtor else ("SP", "")
        changes = review(
            file,
            now=tx.now,
            new_id=tx.ids.new_id,
            add_bank_days=bank_days(*place),
            trigger=triggers[file.customer_id],
        )
        reviews.append((file, changes))
    await save_reviews(tx, reviews)
    for _, changes in reviews:
        for fact in changes.facts:
            tx.publish(fact)
    later = [(file.customer_id, changes.next_at) for file, changes in reviews if changes.next_at is not None]
    await review_at(tx, later, trigger="schedule")
