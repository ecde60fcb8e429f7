"""Runs alpha: `python -m alpha [api|worker|relay|migrate]`."""

import crashpoints
import leaseless

from alpha.receipts import receipts
from alpha.touches import POLICY, touch
from chassis.service import Service

crashpoints.arm()
leaseless.arm()
Service("alpha", routes=[touch], policy=POLICY, subscribers=[receipts]).main()
