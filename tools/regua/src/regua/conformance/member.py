"""A group member in a process of its own, to be killed: `python -m regua.conformance.member BOOTSTRAP TOPIC GROUP`.

It prints the numbers it read. Security settings come from the environment, as for a service.
"""

import asyncio
import os
import sys

from regua.conformance.base import Broker
from regua.conformance.groups import Member
from regua.conformance.security import security_from


class _Reporting(Member):
    async def report(self) -> None:
        """Print what is read, for ever."""
        told = 0
        while True:
            for _, number in self.seen[told:]:
                print(f"MEMBER {number}", flush=True)
                told += 1
            await asyncio.sleep(0.02)


async def main(bootstrap: str, topic: str, group: str) -> None:
    """Join the group and read until killed."""
    member = _Reporting(Broker(bootstrap=bootstrap, security=security_from(os.environ)), topic, group)
    await member.start()
    await member.report()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
