import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from invoicing_bench import api, fresh, migrated

__all__ = ["api", "fresh", "migrated"]
