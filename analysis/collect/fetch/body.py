"""The body of an answer, read within limits of size and time."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterable

from analysis.collect.fetch.address import TransientError
from analysis.errors import FetchError

BYTE_LIMIT = 20_000_000
"""Bytes that one answer may have, on the wire and unpacked."""
SECONDS = 30
"""Limit for the whole of one answer; a server that sends a byte a second ends here too."""
MEMBER_LIMIT = 100
"""Gzip streams that one body may be joined of; a server joins a few."""


def read_bounded(
    chunks: Iterable[bytes],
    encoding: str | None,
    address: str,
    clock: Callable[[], float] = time.monotonic,
    deadline: float | None = None,
) -> bytes:
    """Return the body of an answer, unzipped, never holding more than the limit.

    `deadline` is a time of the clock, by default `SECONDS` from now.
    Raises FetchError for a body that is too large, too slow or in another encoding than gzip.
    """
    if encoding not in (None, "", "identity", "gzip"):
        raise FetchError(
            f"{address}: encoded as {encoding}, where gzip or nothing was asked for: it is not read", rule="encoding"
        )
    inflate = _Gzip(address) if encoding == "gzip" else None
    end, body, wire_count = clock() + SECONDS if deadline is None else deadline, bytearray(), 0
    for chunk in chunks:
        wire_count += len(chunk)
        room = BYTE_LIMIT + 1 - len(body)
        body += inflate.unpack(chunk, room) if inflate else chunk[:room]
        if max(len(body), wire_count) > BYTE_LIMIT:
            raise FetchError(f"{address}: more than {BYTE_LIMIT} bytes: it is not read", rule="too_large")
        if clock() > end:
            raise TransientError(f"{address}: still sending after {SECONDS} s: try again later", rule="too_slow")
    if inflate and wire_count and not inflate.is_whole:
        raise TransientError(f"{address}: the gzip body is cut off: try again later", rule="cut_off")
    return bytes(body)


class _Gzip:
    """Where the unpacking of one body has come to."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.stream = zlib.decompressobj(31)
        self.member_count = 1

    @property
    def is_whole(self) -> bool:
        return self.stream.eof

    def unpack(self, chunk: bytes, room: int) -> bytes:
        """Return at most `room` bytes of what the chunk holds; what follows the last stream and is no stream is dropped."""
        unpacked = b""
        try:
            while True:
                if self.stream.eof:
                    if not chunk.startswith(b"\x1f"):
                        return unpacked
                    self._next_member()
                unpacked += self.stream.decompress(chunk, room - len(unpacked))
                chunk = self.stream.unused_data
                if not chunk or len(unpacked) >= room:
                    return unpacked
        except zlib.error as error:
            raise FetchError(f"{self.address}: the gzip body is broken ({error})", rule="encoding") from error

    def _next_member(self) -> None:
        self.member_count += 1
        if self.member_count > MEMBER_LIMIT:
            raise FetchError(f"{self.address}: more than {MEMBER_LIMIT} gzip streams: it is not read", rule="too_large")
        self.stream = zlib.decompressobj(31)
