# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""What can go wrong between a client and S3, one class each; `proxy.on` says at which request."""

import socket
import struct


class Dropped(Exception):
    """The proxy closes both connections here and now."""


class Fault:
    """The points of an exchange at which a fault may act; each does nothing by itself."""

    def before(self, exchange):
        """Called when the head of a request is read. An answer given here is all that happens: nothing is forwarded."""
        return None

    def request_headers(self, exchange, headers):
        return headers

    def request_piece(self, exchange, offset, piece):
        return piece

    def instead(self, exchange, status, headers):
        """Called when the server has done its work. An answer given here takes the place of the server's."""
        return None

    def response_headers(self, exchange, headers):
        return headers

    def response_piece(self, exchange, offset, piece):
        return piece


class Answer:
    def __init__(self, status, body=b"", headers=()):
        self.status = status
        self.body = body.encode() if isinstance(body, str) else body
        self.headers = [("Content-Length", str(len(self.body))), *headers]
        if self.body:
            self.headers.append(("Content-Type", "application/xml"))


def error_answer(status, code, message="Said by the proxy of the tests.", headers=(), inside=""):
    body = f"""<?xml version="1.0" encoding="UTF-8"?>
<Error><Code>{code}</Code><Message>{message}</Message>{inside}<RequestId>PROXY0000000001</RequestId></Error>"""
    return Answer(status, body, headers)


class Says(Fault):
    """An answer without asking the server."""

    def __init__(self, answer):
        self.answer = answer

    def before(self, exchange):
        return Answer(self.answer.status, b"", self.answer.headers) if exchange.method == "HEAD" else self.answer


class SaysAfterwards(Fault):
    """An answer after the server has in fact done what was asked."""

    def __init__(self, answer):
        self.answer = answer

    def instead(self, exchange, status, headers):
        return self.answer


def slow_down(retry_after_s=None):
    headers = () if retry_after_s is None else (("Retry-After", str(retry_after_s)),)
    return Says(error_answer(503, "SlowDown", "Please reduce your request rate.", headers))


def internal_error():
    return Says(error_answer(500, "InternalError"))


def internal_error_afterwards():
    return SaysAfterwards(error_answer(500, "InternalError"))


def error_in_200():
    """What S3 says when completing fails after it has begun to answer; nothing was completed."""
    return Says(error_answer(200, "InternalError", "We encountered an internal error. Please try again."))


def error_in_200_afterwards():
    return SaysAfterwards(error_answer(200, "InternalError", "We encountered an internal error. Please try again."))


def expired_token():
    return Says(error_answer(400, "ExpiredToken", "The provided token has expired."))


def access_denied():
    return Says(error_answer(403, "AccessDenied", "Access Denied"))


def not_found():
    return Says(error_answer(404, "NoSuchKey", "The specified key does not exist."))


def permanent_redirect(region):
    """What S3 says where the bucket is in another region than that of the endpoint."""
    message = "The bucket you are attempting to access must be addressed using the specified endpoint."
    headers = (("x-amz-bucket-region", region),)
    return Says(error_answer(301, "PermanentRedirect", message, headers, "<Endpoint>bucket1.s3.invalid</Endpoint>"))


def wrong_region(region):
    message = f"The authorization header is malformed; the region 'us-east-1' is wrong; expecting '{region}'"
    return Says(error_answer(400, "AuthorizationHeaderMalformed", message, (), f"<Region>{region}</Region>"))


class DropResponse(Fault):
    """The connection ends after so many bytes of the answer's body; below zero: before its head, the work being done."""

    def __init__(self, after_bytes=-1, reset=False):
        self.after_bytes = after_bytes
        self.reset = reset

    def drop(self, exchange):
        if self.reset:
            # Closing sends RST instead of FIN.
            exchange.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise Dropped

    def instead(self, exchange, status, headers):
        if self.after_bytes < 0:
            self.drop(exchange)
        return None

    def response_piece(self, exchange, offset, piece):
        if offset + len(piece) >= self.after_bytes:
            exchange.send_body(piece[: self.after_bytes - offset])
            self.drop(exchange)
        return piece


class DropRequest(Fault):
    """The connection ends after so many bytes of the request's body have gone to the server."""

    def __init__(self, after_bytes):
        self.after_bytes = after_bytes

    def before(self, exchange):
        if self.after_bytes <= 0:
            raise Dropped
        return None

    def request_piece(self, exchange, offset, piece):
        if offset + len(piece) >= self.after_bytes:
            raise Dropped
        return piece


class Stall(Fault):
    """No byte for so long, after so many bytes of the answer (below zero: before the request is forwarded); then it goes on."""

    def __init__(self, seconds, after_bytes=-1):
        self.seconds = seconds
        self.after_bytes = after_bytes

    def before(self, exchange):
        if self.after_bytes < 0:
            exchange.sleep(self.seconds)
        return None

    def response_piece(self, exchange, offset, piece):
        if offset <= self.after_bytes < offset + len(piece):
            first = self.after_bytes - offset
            exchange.send_body(piece[:first])
            exchange.sleep(self.seconds)
            return piece[first:]
        return piece


class Slow(Fault):
    """Bytes both ways come at a pace."""

    def __init__(self, bytes_per_s):
        self.bytes_per_s = bytes_per_s

    def request_piece(self, exchange, offset, piece):
        exchange.sleep(len(piece) / self.bytes_per_s)
        return piece

    def response_piece(self, exchange, offset, piece):
        step = max(1, int(self.bytes_per_s / 20))
        for start in range(0, len(piece), step):
            exchange.send_body(piece[start : start + step])
            exchange.sleep(min(step, len(piece) - start) / self.bytes_per_s)
        return b""


class Shorten(Fault):
    """A body that is whole by its own Content-Length, but has fewer bytes than were asked for."""

    def __init__(self, by_bytes):
        self.by_bytes = by_bytes

    def response_headers(self, exchange, headers):
        changed = []
        for name, value in headers:
            if name.lower() == "content-length":
                exchange.announced_bytes = max(0, int(value) - self.by_bytes)
                value = str(exchange.announced_bytes)
            changed.append((name, value))
        return changed

    def response_piece(self, exchange, offset, piece):
        return piece[: max(0, exchange.announced_bytes - offset)]


class FlipRequest(Fault):
    """One bit of the request's body changes on the way."""

    def __init__(self, at_byte):
        self.at_byte = at_byte

    def request_piece(self, exchange, offset, piece):
        if offset <= self.at_byte < offset + len(piece):
            changed = bytearray(piece)
            changed[self.at_byte - offset] ^= 1
            return bytes(changed)
        return piece


class FlipResponse(Fault):
    """One bit of the answer's body changes on the way."""

    def __init__(self, at_byte):
        self.at_byte = at_byte

    def response_piece(self, exchange, offset, piece):
        if offset <= self.at_byte < offset + len(piece):
            changed = bytearray(piece)
            changed[self.at_byte - offset] ^= 1
            return bytes(changed)
        return piece


class WithoutRange(Fault):
    """The server sends the whole object, as some do. Breaks the signature where the range is signed."""

    def request_headers(self, exchange, headers):
        return [(name, value) for name, value in headers if name.lower() != "range"]


class Calls(Fault):
    """A function is called before the request is forwarded: to replace an object in mid-read, say."""

    def __init__(self, function):
        self.function = function

    def before(self, exchange):
        self.function()
        return None
