"""A program: `python -m armed SERVICE [ROLE…]` runs a service and notes where its time went.

BENCH_STEPS names the paths, separated by spaces; BENCH_SHARES the file that receives {step: seconds}.
"""

import json
import os
import runpy
import sys
from pathlib import Path

from shares import Stopwatch


def main() -> None:
    """Run the service until it ends, then write the shares."""
    watch = Stopwatch()
    service = sys.argv[1]
    sys.argv = [service, *sys.argv[2:]]
    try:
        with watch.armed(os.environ["BENCH_STEPS"].split()):
            runpy.run_module(service, run_name="__main__")
    finally:
        Path(os.environ["BENCH_SHARES"]).write_text(json.dumps(watch.seconds), encoding="utf-8")


if __name__ == "__main__":
    main()
