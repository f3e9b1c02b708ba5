"""Fetching against the limit that politeness sets: `python -m benchmarks.fetch`.

200 feeds on 40 hosts of loopback, 100 ms until each answer, one request a second and host, robots.txt included.
"""

from __future__ import annotations

import asyncio
import gzip
import multiprocessing
import resource
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import aiohttp

from analysis.collect.fetch import Fetcher

HOSTS = {f"publisher{number:02}.example": f"127.0.1.{number}" for number in range(1, 41)}
FEEDS_PER_HOST = 5
PACE = 1.0
LATENCY = 0.1
BODY = b"".join(b"<item><title>Notice %d of the ministry on chips</title></item>" % number for number in range(1000))
LIMIT = FEEDS_PER_HOST * PACE
GOAL_WALL = 1.15
GOAL_CPU = 4.0


def main() -> None:
    """Print wall and CPU time of our fetcher and of aiohttp, each in a process of its own, beside the goals."""
    context = multiprocessing.get_context("spawn")
    port, ready = free_port(), context.Event()
    server = context.Process(target=serve, args=(port, ready), daemon=True)
    server.start()
    ready.wait(30)
    with context.Pool(1, maxtasksperchild=1) as pool:
        ours = pool.apply(measured, (ask_with_fetcher, port))
        peer = pool.apply(measured, (ask_with_aiohttp, port))
    server.terminate()
    print(f"limit (longest queue x pace) {LIMIT:.2f} s")  # noqa: T201
    print(f"{'figure':30} {'ours':>8} {'aiohttp':>8}  goal")  # noqa: T201
    tell("wall / limit", ours["wall"] / LIMIT, peer["wall"] / LIMIT, GOAL_WALL)
    tell("CPU ms a document", ours["cpu"], peer["cpu"], GOAL_CPU * peer["cpu"])
    tell("documents missing", ours["missing"], peer["missing"], 0)
    print(f"{'peak MB':30} {ours['peak']:8.0f} {peer['peak']:8.0f}")  # noqa: T201


def tell(figure: str, ours: float, peer: float, goal: float) -> None:
    """Print one figure, of which less is better."""
    print(f"{figure:30} {ours:8.3f} {peer:8.3f}  <= {goal:.2f} {'PASS' if ours <= goal else 'MISS'}")  # noqa: T201


def measured(ask: Callable[[int], int], port: int) -> dict[str, float]:
    """Return seconds of wall, CPU milliseconds a document, documents missing and the peak of memory in MB."""
    begun, cpu = time.monotonic(), time.process_time()
    received = ask(port)
    wall, cpu = time.monotonic() - begun, time.process_time() - cpu
    count = len(HOSTS) * FEEDS_PER_HOST
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"wall": wall, "cpu": cpu * 1000 / count, "missing": count - received, "peak": peak}


def ask_with_fetcher(port: int) -> int:
    """Return how many feeds our fetcher received, a thread for each host."""
    agent = "PolicySignals/benchmark"
    with (
        Fetcher(agent, allows_loopback=True, now=datetime.now(UTC), resolve=lambda host, _: [HOSTS[host]]) as fetcher,
        ThreadPoolExecutor(len(HOSTS)) as threads,
    ):

        def queue(host: str) -> int:
            feeds = [f"http://{host}:{port}/feed/{number}" for number in range(FEEDS_PER_HOST)]
            return sum(fetcher.get(feed, (host,), PACE).content == BODY for feed in feeds)

        return sum(threads.map(queue, HOSTS))


def ask_with_aiohttp(port: int) -> int:
    """Return how many feeds aiohttp received, as politely: robots.txt first, one request a second and host."""

    async def queue(session: aiohttp.ClientSession, number: str) -> int:
        received = 0
        for path in ["robots.txt", *(f"feed/{feed}" for feed in range(FEEDS_PER_HOST))]:
            begun = time.monotonic()
            async with session.get(f"http://{number}:{port}/{path}") as answer:
                received += await answer.read() == BODY
            if path != f"feed/{FEEDS_PER_HOST - 1}":
                await asyncio.sleep(begun + PACE - time.monotonic())
        return received

    async def run() -> int:
        async with aiohttp.ClientSession() as session:
            return sum(await asyncio.gather(*(queue(session, number) for number in HOSTS.values())))

    return asyncio.run(run())


def serve(port: int, ready: threading.Event) -> None:
    """Answer on every host's number until the process ends."""
    packed = gzip.compress(BODY)
    head = (
        f"HTTP/1.1 200 OK\r\ncontent-type: application/xml\r\ncontent-encoding: gzip\r\ncontent-length: {len(packed)}\r\n\r\n"
    )
    page, none = head.encode() + packed, b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"

    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                asked = await reader.readuntil(b"\r\n\r\n")
                await asyncio.sleep(LATENCY)
                writer.write(none if b"robots.txt" in asked else page)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            # The client has hung up: that is how each of its connections ends.
            writer.close()

    async def run() -> None:
        async with AsyncExitStack() as stack:
            for number in HOSTS.values():
                await stack.enter_async_context(await asyncio.start_server(play, number, port))
            ready.set()
            await asyncio.Event().wait()

    asyncio.run(run())


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


if __name__ == "__main__":
    main()
