"""One round by hand: `python -m bench.live ours --tables 50`, or ceiling, or peer.

Settings of the server are given as NAME=VALUE behind its kind; all is printed and nothing written.
"""

import argparse
import sys
from collections.abc import Sequence
from typing import get_args

from bench.live.load import Load, Outcome, Style
from bench.live.rounds import measure_round
from bench.live.servers import KINDS


def main(arguments: Sequence[str]) -> None:
    """Run one round, and print what came of it."""
    parser = argparse.ArgumentParser(prog="python -m bench.live", description=__doc__)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("setting", nargs="*", help="NAME=VALUE")
    parser.add_argument("--tables", type=int, default=50)
    parser.add_argument("--seats", type=int, default=6)
    parser.add_argument("--spectators", type=int, default=0)
    parser.add_argument("--style", choices=get_args(Style), default="usual")
    parser.add_argument("--rate", type=float, help="actions/s of an open loop; closed without")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--warm-up", type=float, default=1.0, dest="warm_up_s")
    given = vars(parser.parse_args(arguments))
    kind = given.pop("kind")
    settings = dict(setting.split("=", 1) for setting in given.pop("setting"))
    print(shown(measure_round(kind, Load(port=0, **given), settings)))


def shown(outcome: Outcome) -> str:
    """The outcome for people."""
    waits = outcome.latencies
    return (
        f"{outcome.actions_per_s:,.0f} actions/s, {outcome.hands / outcome.seconds:,.0f} hands/s, "
        f"{outcome.frames / outcome.seconds:,.0f} frames/s, {outcome.connections} connections, "
        f"set up in {outcome.set_up_s:.1f} s; generator used {outcome.generator_cpu:.0%} of its "
        f"processor\naction to last viewer, ms: p50 {waits.p50_us / 1000:.2f}, "
        f"p90 {waits.p90_us / 1000:.2f}, p99 {waits.p99_us / 1000:.2f}, "
        f"p99.9 {waits.p999_us / 1000:.2f}, max {waits.max_us / 1000:.2f} ({waits.count} actions)"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
