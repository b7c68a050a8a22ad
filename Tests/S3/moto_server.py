# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""moto's server, with writes on a condition one after the other, as S3 has them.

By itself it looks and then writes, each request in a thread of its own: now and then two writers win. Its only argument is the port.
"""

import io
import os
import sys
import threading


class OneConditionAtATime:
    """What calls `application` for one request with If-None-Match or If-Match at a time, after that request's body is there."""

    def __init__(self, application):
        self.application = application
        self.turn = threading.Lock()

    def __call__(self, environ, start_response):
        writes = environ["REQUEST_METHOD"] in ("PUT", "POST")
        if not writes or not any(name in environ for name in ("HTTP_IF_NONE_MATCH", "HTTP_IF_MATCH")):
            return self.application(environ, start_response)
        # A client that stalls keeps nobody waiting.
        if environ.get("CONTENT_LENGTH"):
            environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        with self.turn:
            return self.application(environ, start_response)


def main(port):
    os.environ["MOTO_PORT"] = str(port)
    # These read MOTO_PORT as they are imported.
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
    from werkzeug.serving import run_simple

    application = OneConditionAtATime(DomainDispatcherApplication(create_backend_app))
    run_simple("127.0.0.1", port, application, threaded=True, request_handler=MotoRequestHandler)


if __name__ == "__main__":
    main(int(sys.argv[1]))
