"""Training tools of Tacit: read text, freeze, adapt to sound, evaluate."""

import sys
from pathlib import Path

# Where what tools share lies.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
