"""Nine departments that are always healthy, in one process and a child of it."""

import http.server
import subprocess
import sys
import threading

base = int(sys.argv[sys.argv.index("--port-base") + 1])
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)


class Department(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

    def log_message(self, *arguments):
        pass


servers = [http.server.ThreadingHTTPServer(("127.0.0.1", base + number), Department) for number in range(1, 10)]
for server in servers[1:]:
    threading.Thread(target=server.serve_forever, daemon=True).start()
servers[0].serve_forever()
