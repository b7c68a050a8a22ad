# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""An HTTP proxy between a client and an S3 server: a log of what was asked, and faults where a test wants them.

Heads go on as they came, so signatures hold: the client signs for the proxy's address, and the server takes any host.

    with Proxy(server_url) as proxy:
        proxy.on("UploadPart", faults.slow_down(), nth=2)
        …                          # a client that is told proxy.endpoint
        proxy.log[0].operation     # "CreateMultipartUpload"

By hand: `proxy.py URL [--latency-ms N]` prints its address, and each request as it ends.
"""

import argparse
import collections
import contextlib
import socket
import ssl
import threading
import time
import urllib.parse

import faults

PIECE_BYTES = 256 * 1024
# A server so far away that requests that are made at once overlap for certain, on a busy machine too.
FAR_S = 0.5


class Exchange:
    """One request and its answer: what the log has of them. Times are seconds of a monotonic clock."""

    def __init__(self, proxy, client, connection, line, headers):
        self.proxy, self.client, self.connection = proxy, client, connection
        self.method, self.target, _ = line.split(" ", 2)
        self.path, _, self.query = self.target.partition("?")
        self.headers = headers
        self.range = self.header("range")
        self.operation = operation(self.method, self.path, self.query, self.header("x-amz-copy-source") is not None)
        self.status = None
        self.request_bytes = self.response_bytes = 0
        self.started_s = time.monotonic()
        self.ended_s = None
        self.in_flight = 0
        self.fault = None
        # Of the answer: its body is framed in chunks.
        self.chunked = False

    def header(self, name):
        return next((value for known, value in self.headers if known.lower() == name), None)

    @property
    def key(self):
        return urllib.parse.unquote(self.path)

    def send(self, data):
        # Before it is sent: a client that has the last byte may ask again before this thread goes on.
        self.ended_s = time.monotonic()
        self.client.sendall(data)

    def send_body(self, piece):
        # Before, as with the time: a client that has all may have ended, and a test have read the log.
        self.response_bytes += len(piece)
        self.send(framed(piece, self.chunked))

    def sleep(self, seconds):
        """Ends early when the proxy does."""
        self.proxy.ending.wait(seconds)

    def __repr__(self):
        ranged = f" {self.range}" if self.range else ""
        broken = f" ({type(self.fault).__name__})" if self.fault else ""
        took_ms = ((self.ended_s or time.monotonic()) - self.started_s) * 1000
        moved = f"{self.request_bytes} up, {self.response_bytes} down, {took_ms:.0f} ms"
        return f"{self.status} {self.operation} {self.method} {self.target}{ranged}: {moved}{broken}"


def operation(method, path, query, copies=False):
    """The S3 name of a request, as policies have it (s3:…) where there is one of its own."""
    names = set(urllib.parse.parse_qs(query, keep_blank_values=True))
    if not path.strip("/").partition("/")[2]:
        of_bucket = {"GET": "ListObjects", "PUT": "CreateBucket", "HEAD": "HeadBucket", "DELETE": "DeleteBucket"}
        of_bucket["POST"] = "DeleteObjects" if "delete" in names else "Post"
        if method == "GET" and "uploads" in names:
            return "ListMultipartUploads"
        return of_bucket.get(method, method)
    if "uploadId" in names:
        of_upload = {"GET": "ListParts", "POST": "CompleteMultipartUpload", "DELETE": "AbortMultipartUpload"}
        of_upload["PUT"] = "UploadPartCopy" if copies else "UploadPart"
        return of_upload.get(method, method)
    if "uploads" in names:
        return "CreateMultipartUpload"
    of_object = {"GET": "GetObject", "HEAD": "HeadObject", "DELETE": "DeleteObject"}
    of_object["PUT"] = "CopyObject" if copies else "PutObject"
    return of_object.get(method, method)


class Rule:
    def __init__(self, wanted, fault, nth, times, key):
        self.wanted, self.fault, self.nth, self.times, self.key = wanted, fault, nth, times, key
        self.seen = self.hits = 0

    def takes(self, exchange):
        if self.wanted not in (None, exchange.operation) or (self.key is not None and self.key not in exchange.key):
            return False
        self.seen += 1
        taken = self.seen >= self.nth and (self.times is None or self.seen < self.nth + self.times)
        self.hits += taken
        return taken


class Proxy:
    """Listens from creation to `close`, a thread for each connection of a client and one connection to the server per request."""

    def __init__(self, server, certificate=None, latency_s=0, report=None):
        parts = urllib.parse.urlsplit(server)
        self.server = (parts.hostname, parts.port)
        self.report = report
        self.latency_s = latency_s
        self.log = []
        self.rules = []
        self.connections = 0
        self.in_flight = 0
        self.lock = threading.Lock()
        self.ending = threading.Event()
        self.tls = None
        if certificate:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(*certificate)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self.listener.getsockname()[1]
        self.endpoint = f"{'https' if certificate else 'http'}://127.0.0.1:{self.port}"
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.ending.set()
        # Closing alone would leave the accepting thread waiting.
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def on(self, operation, fault, nth=1, times=1, key=None):
        """From the nth request of an operation (None: of any), counted from now, so many `times` (None: always), `fault` acts.

        With `key`, only requests whose path has that text count. Of several rules for one request the first acts. The rule that is
        returned says how often it did (`hits`).
        """
        rule = Rule(operation, fault, nth, times, key)
        with self.lock:
            self.rules.append(rule)
        return rule

    def reset(self):
        with self.lock:
            self.log, self.rules = [], []

    def count(self, *operations):
        return sum(exchange.operation in operations for exchange in self.log)

    def counts(self):
        return dict(collections.Counter(exchange.operation for exchange in self.log))

    def generations(self):
        """How many requests waited for one another at least: the most of which no two overlap in time."""
        rounds, last = 0, float("-inf")
        for exchange in sorted((e for e in self.log if e.ended_s), key=lambda e: e.ended_s):
            if exchange.started_s >= last:
                rounds, last = rounds + 1, exchange.ended_s
        return rounds

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                self.connections += 1
                number = self.connections
            threading.Thread(target=self.serve, args=(client, number), daemon=True).start()

    def serve(self, client, number):
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.suppress(OSError, faults.Dropped), client:
            if self.tls:
                client = self.tls.wrap_socket(client, server_side=True)
            with client, client.makefile("rb", PIECE_BYTES) as incoming:
                while not self.ending.is_set() and self.exchange(client, incoming, number):
                    pass

    def exchange(self, client, incoming, number):
        head = read_head(incoming)
        if head is None:
            return False
        exchange = Exchange(self, client, number, *head)
        with self.lock:
            self.log.append(exchange)
            self.in_flight += 1
            exchange.in_flight = self.in_flight
            # All of them count the request.
            taken = [rule for rule in self.rules if rule.takes(exchange)]
            exchange.fault = taken[0].fault if taken else None
        try:
            return self.forward(exchange, incoming)
        finally:
            exchange.ended_s = exchange.ended_s or time.monotonic()
            with self.lock:
                self.in_flight -= 1
            if self.report:
                self.report(exchange)

    def forward(self, exchange, incoming):
        fault = exchange.fault or faults.Fault()
        if self.latency_s:
            exchange.sleep(self.latency_s)
        if "100-continue" in (exchange.header("expect") or "").lower():
            exchange.client.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        answer = fault.before(exchange)
        if answer is not None:
            for piece in body_pieces(incoming, exchange.headers):
                exchange.request_bytes += len(piece)
            return send_answer(exchange, answer)
        with socket.create_connection(self.server) as server, server.makefile("rb", PIECE_BYTES) as outgoing:
            server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            send_request(exchange, fault, server, incoming)
            while True:
                line, headers = read_head(outgoing) or dropped()
                exchange.status = int(line.split(" ", 2)[1])
                if exchange.status >= 200:
                    break
            bodiless = exchange.method == "HEAD" or exchange.status in (204, 304)
            pieces = iter(()) if bodiless else body_pieces(outgoing, headers, to_the_end=True)
            answer = fault.instead(exchange, exchange.status, headers)
            if answer is not None:
                collections.deque(pieces, maxlen=0)
                return send_answer(exchange, answer)
            return send_response(exchange, fault, line, headers, pieces)


def dropped():
    raise faults.Dropped


def read_head(stream):
    """First line and headers, or nothing at the end of the connection."""
    line = stream.readline(65536)
    if not line.strip():
        return None
    headers = []
    while (header := stream.readline(65536)).strip():
        name, _, value = header.decode("latin-1").partition(":")
        headers.append((name, value.strip()))
    return line.decode("latin-1").rstrip("\r\n"), headers


def written_head(line, headers):
    return "".join([line, "\r\n", *(f"{name}: {value}\r\n" for name, value in headers), "\r\n"]).encode("latin-1")


def is_chunked(headers):
    return any(name.lower() == "transfer-encoding" and "chunked" in value.lower() for name, value in headers)


def body_pieces(stream, headers, to_the_end=False):
    """The bytes of a body without the framing of chunks. Throws `Dropped` when it ends early."""
    if is_chunked(headers):
        while size := int(stream.readline().split(b";")[0] or b"0", 16):
            yield stream.read(size)
            stream.readline()
        stream.readline()
        return
    length = next((int(value) for name, value in headers if name.lower() == "content-length"), None)
    if length is None:
        while to_the_end and (piece := stream.read1(PIECE_BYTES)):
            yield piece
        return
    while length > 0:
        piece = stream.read1(min(PIECE_BYTES, length))
        if not piece:
            raise faults.Dropped
        length -= len(piece)
        yield piece


def framed(piece, chunked):
    return b"%x\r\n%b\r\n" % (len(piece), piece) if chunked and piece else piece


def send_request(exchange, fault, server, incoming):
    # A server may refuse before it has read the body: what it says counts, not that it closed.
    refused = False
    headers = fault.request_headers(exchange, exchange.headers)
    server.sendall(written_head(f"{exchange.method} {exchange.target} HTTP/1.1", headers))
    chunked = is_chunked(exchange.headers)
    for piece in body_pieces(incoming, exchange.headers):
        piece = fault.request_piece(exchange, exchange.request_bytes, piece)
        exchange.request_bytes += len(piece)
        if not refused:
            try:
                server.sendall(framed(piece, chunked))
            except OSError:
                refused = True
    if chunked and not refused:
        server.sendall(b"0\r\n\r\n")


def send_response(exchange, fault, line, headers, pieces):
    exchange.chunked = is_chunked(headers)
    known_end = exchange.chunked or any(name.lower() == "content-length" for name, _ in headers)
    exchange.send(written_head(line, fault.response_headers(exchange, headers)))
    # Offsets are of what the server sent: a fault may send less.
    offset = 0
    for piece in pieces:
        sent = fault.response_piece(exchange, offset, piece)
        offset += len(piece)
        exchange.send_body(sent)
    if exchange.chunked:
        exchange.send(b"0\r\n\r\n")
    bodiless = exchange.method == "HEAD" or exchange.status in (204, 304)
    closes = any(name.lower() == "connection" and value.lower() == "close" for name, value in headers)
    return (known_end or bodiless) and not closes


def send_answer(exchange, answer):
    exchange.status = answer.status
    head = written_head(f"HTTP/1.1 {answer.status} Said by the proxy", answer.headers)
    exchange.response_bytes += len(answer.body)
    exchange.send(head + answer.body)
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("server")
    parser.add_argument("--latency-ms", type=float, default=0)
    arguments = parser.parse_args()
    proxy = Proxy(arguments.server, latency_s=arguments.latency_ms / 1000, report=lambda exchange: print(exchange, flush=True))
    print(proxy.endpoint, flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        threading.Event().wait()


if __name__ == "__main__":
    main()
