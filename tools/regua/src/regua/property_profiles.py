"""How hard property tests try: a pytest plug-in that the gates load by `-p regua.property_profiles`.

Both are the same in each run, so that a gate never fails by chance. `quick` is for every change, `thorough` for
`make test`. Without either, as in `.venv/bin/pytest path`, hypothesis searches anew each time.
"""

from hypothesis import settings

QUICK_EXAMPLES = 20

settings.register_profile("thorough", parent=settings.get_profile("ci"))
settings.register_profile("quick", parent=settings.get_profile("ci"), max_examples=QUICK_EXAMPLES)
