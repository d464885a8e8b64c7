"""`make chaos`: a cluster under load while things go wrong by chance, for some minutes.

    python -m tests.chaos [--minutes 5] [--seed 1]

Ends with 0 when nothing was lost, doubled or stuck. The seed says what goes wrong in which order; when is up to the machine."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

from tests.chaos.faults import FAULTS
from tests.chaos.load import Load
from tests.chaos.programs import WEBS, WORKERS, Cluster
from tests.chaos.run import run
from tests.servers import ServerMissing

PAUSE_S = (1.0, 8.0)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    happened: Counter[str] = Counter()
    print(f"{WEBS} web servers, {WORKERS} workers, PostgreSQL and Redis; {given.minutes:g} minutes, seed {given.seed}")

    async def trouble(cluster: Cluster, load: Load) -> None:
        chance, until = Random(given.seed), time.monotonic() + given.minutes * 60
        while time.monotonic() < until:
            name = chance.choice(list(FAULTS))
            before = len(load.accepted)
            await FAULTS[name](cluster, chance)
            happened[name] += 1
            await load.until(before + 1)
            await asyncio.sleep(chance.uniform(*PAUSE_S))

    with tempfile.TemporaryDirectory(prefix="trellis-chaos-") as folder:
        try:
            counted = asyncio.run(run(Path(folder), trouble))
        except (AssertionError, TimeoutError) as error:
            print(f"FAILED after {dict(happened)}: {error}", file=sys.stderr)
            return 1
        except ServerMissing as missing:
            print(f"NOT TESTED: {missing}", file=sys.stderr)
            return 1
    for what, count in happened.items():
        print(f"{what:50}{count:>8}")
    for what, number in counted.items():
        print(f"{what:50}{number:>8,}")
    print("Nothing was lost, doubled or stuck.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
