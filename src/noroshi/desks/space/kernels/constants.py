"""WGS 72 as SGP4 uses it (AIAA 2006-6753, table 2): kilometres and minutes."""

from __future__ import annotations

import math

RADIUS_KM = 6378.135
MU_KM3_S2 = 398600.8
XKE = 60.0 / math.sqrt(RADIUS_KM**3 / MU_KM3_S2)
"""√µ in (earth radii)^1.5 per minute."""
J2 = 0.001082616
J4 = -0.00000165597
J3_BY_J2 = -0.00000253881 / J2
KMPS = RADIUS_KM * XKE / 60.0
"""km/s in one earth radius per 1/ke minutes."""
