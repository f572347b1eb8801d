import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from payments_bench import api, fresh, migrated, outside

__all__ = ["api", "fresh", "migrated", "outside"]
