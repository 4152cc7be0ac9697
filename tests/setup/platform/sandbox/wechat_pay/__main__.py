"""A gateway that is always healthy."""

import http.server
import sys

port = int(sys.argv[sys.argv.index("--port") + 1])


class Gateway(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

    def log_message(self, *arguments):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", port), Gateway).serve_forever()
