"""A web application that is always ready."""

import os


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{environ['PATH_INFO']} {os.environ['SHIMIN_PROCESS']}".encode()]
