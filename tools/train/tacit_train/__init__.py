"""Training tools of Tacit: read text, freeze, adapt to sound, evaluate."""

import sys
from pathlib import Path

# Where what tools share lies.
sys.path.append(str(Path(__file__).resolve().parents[2]))
