"""python -m simulator: a local Telegram until Ctrl+C."""

from __future__ import annotations

import argparse
import asyncio
import sys

import uvloop

from simulator.server import Simulator

DEFAULT_LISTEN = "127.0.0.1:8081"


def parse_listen(value: str) -> tuple[str, int]:
    """HOST:PORT or PORT. Raises argparse.ArgumentTypeError for anything else."""
    host, _, port = value.rpartition(":")
    if not port.isdecimal() or int(port) > 65535:
        raise argparse.ArgumentTypeError(f"{value!r} is not HOST:PORT, for example {DEFAULT_LISTEN}")
    return host or "127.0.0.1", int(port)


async def serve(host: str, port: int, tokens: list[str]) -> None:
    async with Simulator.start(host, port, tokens=tokens) as simulator:
        print(f"Chat page:      {simulator.url}/")
        print(f"Bot API server: {simulator.url}/bot<token>/<method>")
        print(
            f"Token:          {simulator.token}" + ("" if tokens else "  (any other of this shape will do)")
        )
        print("Stop with Ctrl+C.", flush=True)
        await asyncio.Event().wait()


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m simulator", description="A local Telegram to try the bot with."
    )
    parser.add_argument(
        "--listen", type=parse_listen, default=parse_listen(DEFAULT_LISTEN), metavar="HOST:PORT"
    )
    parser.add_argument(
        "--token", action="append", default=[], help="accept only this token (repeat for more)"
    )
    options = parser.parse_args()
    host, port = options.listen
    try:
        uvloop.run(serve(host, port, options.token))
    except KeyboardInterrupt:
        return 0
    except OSError as error:
        print(
            f"Cannot listen on {host}:{port}: {error.strerror or error}. Choose another port with --listen.",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
