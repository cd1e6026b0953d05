"""Run all benchmarks, or those named: `python -m benchmarks [throughput] [startup] [memory] …`."""

import sys

from benchmarks import (
    console,
    lookups,
    memory,
    plugin,
    scheduling,
    sessions,
    startup,
    stubs,
    throughput,
    waiting,
    webhooks,
)

ALL = {
    "throughput": throughput.run,
    "startup": startup.run,
    "memory": memory.run,
    "scheduling": scheduling.run,
    "lookups": lookups.run,
    "webhooks": webhooks.run,
    "waiting": waiting.run,
    "sessions": sessions.run,
    "stubs": stubs.run,
    "plugin": plugin.run,
    "console": console.run,
}


def main() -> int:
    """Run what was asked for; exit 2 for a name that is none."""
    chosen = sys.argv[1:] or list(ALL)
    unknown = sorted(set(chosen) - set(ALL))
    if unknown:
        print(f"unknown: {', '.join(unknown)}; known: {', '.join(ALL)}", file=sys.stderr)
        return 2
    for name in chosen:
        print(f"\n## {name}\n", flush=True)
        ALL[name]()
    return 0


sys.exit(main())
