"""Runs beta: `python -m beta [api|worker|relay|migrate]`."""

import crashpoints
import leaseless

from beta.charges import charges
from beta.rights import rights
from chassis.service import Service

crashpoints.arm()
leaseless.arm()
Service("beta", subscribers=[charges, rights]).main()
