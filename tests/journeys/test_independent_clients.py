"""Software that others wrote signs people in here: npm openid-client and Apache's mod_auth_openidc.

The sample system of ``test_sign_on`` is a third one (PyPI authlib with joserfc).
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import NewPage
from tests.journeys.doors import enter
from tests.journeys.stack import ROOT, Demo
from tests.journeys.systems import client_id_of, free_port, let_in, take_secret

SCRIPT = Path(__file__).parent / "clients" / "openid_client.mjs"
APACHE, MODULES = shutil.which("apache2"), Path("/usr/lib/apache2/modules")
HAS_OPENIDC = APACHE is not None and (MODULES / "mod_auth_openidc.so").exists()


class Script:
    """The node program, a line of JSON each way."""

    def __init__(self, part: str) -> None:
        node = shutil.which("node")
        if node is None or not (ROOT / "node_modules" / "openid-client").exists():
            pytest.skip("node or npm's openid-client is missing: run ./shimin test, which provides it")
        environ = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self.process = subprocess.Popen(
            [node, SCRIPT, part], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ, cwd=ROOT
        )

    def tell(self, **what: Any) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()

    def hear(self) -> dict[str, Any]:
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, "the client ended: see its words above"
        return dict(json.loads(line))

    def close(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=10)


@pytest.fixture
def script() -> Iterator[Any]:
    made: list[Script] = []

    def start(part: str) -> Script:
        made.append(Script(part))
        return made[-1]

    yield start
    for each in made:
        each.close()


def fields(port: int, name: str, **more: str) -> dict[str, str]:
    return {
        "系统名称": name, "登录后用来做什么": "验证别人写的程序也能登录", "系统首页": f"http://127.0.0.1:{port}/",
        "返回地址（redirect_uri）": f"http://127.0.0.1:{port}/callback", **more,
    }  # fmt: skip


def come_back(page: Page, url: str, callback: str) -> str:
    """Send the browser to ``url``, agree, and return the address it was sent to (nobody listens there)."""
    came: list[str] = []
    pattern = re.compile(re.escape(callback) + ".*")

    def take(route: Any) -> None:
        came.append(route.request.url)
        route.fulfill(body="back", content_type="text/plain")

    page.route(pattern, take)
    page.goto(url)
    page.get_by_role("button", name="同意并登录").click()
    expect(page.get_by_text("back", exact=True)).to_be_visible()
    page.unroute(pattern)
    return came[0]


def test_npm_openid_client_signs_a_person_in(new_page: NewPage, demo: Demo, script: Any):
    port = free_port()
    name, home, callback = f"某局办事系统{port}", f"http://127.0.0.1:{port}/", f"http://127.0.0.1:{port}/callback"
    desk, address = let_in(
        new_page, fields(port, name, 退出后返回地址=home), ("姓名、出生日期", "手机号", "您不在线时"), algorithm="ES256"
    )  # fmt: skip
    client_id, secret = take_secret(desk, address)
    page = new_page()
    enter(page, "13800000003")
    program = script("person")
    program.tell(issuer=demo.url, clientId=client_id, secret=secret, callback=callback, home=home)
    program.tell(url=come_back(page, program.hear()["url"], callback))
    told = program.hear()
    assert told["claims"]["acr"] in ("urn:shimin:level:2", "urn:shimin:level:3")
    assert told["userinfo"]["name"] == "刘桂英"
    assert told["userinfo"]["phone_number"] == "+8613800000003"
    assert told["sub"] == told["claims"]["sub"] == told["userinfo"]["sub"]
    assert (told["again"], told["after"]) == ("invalid_grant", "invalid_token")
    answer = page.request.get(told["leave"], max_redirects=0)  # nobody listens where it leads
    assert answer.headers["location"] == f"{home}?state={told['state']}"
    page.goto("/me/")
    expect(page).to_have_url(re.compile("/account/sign-in"))


def test_npm_openid_client_gets_a_token_for_a_machine(new_page: NewPage, demo: Demo, script: Any):
    port = free_port()
    program = script("machine")
    program.tell(issuer=demo.url)
    more = {
        "系统的公钥（JWKS）": json.dumps(program.hear()["jwks"]), "系统自己要调用的接口": "housing-fund:accounts.read",
        "返回地址（redirect_uri）": "",
    }  # fmt: skip
    desk, address = let_in(new_page, fields(port, f"夜间对账{port}", **more), (), ("用自己的密钥对签名",))
    desk.goto(address)
    program.tell(clientId=client_id_of(desk))
    told = program.hear()
    assert told["scope"] == "housing-fund:accounts.read"
    assert told["known"]["active"] is True
    assert told["known"]["scope"] == "housing-fund:accounts.read"
    assert told["more"] == "invalid_scope"


APACHE_CONFIG = """
ServerRoot {folder}
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
PidFile {folder}/pid
ErrorLog {folder}/error.log
User nobody
Group nogroup
{modules}
TypesConfig /dev/null
AddType text/html .shtml
AddOutputFilter INCLUDES .shtml
AddDefaultCharset utf-8
DocumentRoot {folder}/site
DirectoryIndex index.shtml
OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCClientID {client_id}
OIDCClientSecret {secret}
OIDCRedirectURI http://127.0.0.1:{port}/callback
OIDCCryptoPassphrase only-for-this-test
OIDCScope "openid profile"
OIDCPKCEMethod S256
OIDCRemoteUserClaim sub
OIDCCookie apache_openidc
OIDCDefaultLoggedOutURL http://127.0.0.1:{port}/left.html
<Directory {folder}/site>
  Options +Includes
  Require all granted
</Directory>
<Location /inside>
  AuthType openid-connect
  Require valid-user
</Location>
<Location /callback>
  AuthType openid-connect
  Require valid-user
</Location>
"""
NEEDED = ("mpm_event", "unixd", "authn_core", "authz_core", "authz_user", "dir", "mime", "include", "auth_openidc")


@pytest.fixture
def apache(tmp_path: Path) -> Iterator[Any]:
    """Apache with mod_auth_openidc on a port of its own: ``apache(port, **settings)``."""
    processes: list[subprocess.Popen[bytes]] = []

    def start(port: int, **settings: str) -> None:
        folder = Path("/tmp") / f"shimin-apache-{port}"  # below pytest's folder, nobody could not read it
        inside = folder / "site" / "inside"
        inside.mkdir(parents=True)
        (inside / "index.shtml").write_text('<p>您好，<!--#echo var="OIDC_CLAIM_name" --></p>', "utf-8")
        (folder / "site" / "left.html").write_text("<p>left</p>")
        loads = [f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in NEEDED if name != "unixd"]
        config = folder / "apache.conf"
        config.write_text(APACHE_CONFIG.format(folder=folder, port=port, modules="\n".join(loads), **settings))
        for each in (folder, *folder.rglob("*")):
            each.chmod(0o755 if each.is_dir() else 0o644)
        command = [str(APACHE), "-f", str(config), "-DFOREGROUND"]
        processes.append(subprocess.Popen(command, stderr=subprocess.STDOUT))
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and processes[-1].poll() is None:
            try:
                with urlopen(f"http://127.0.0.1:{port}/left.html", timeout=2):
                    return
            except (URLError, OSError):
                time.sleep(0.2)
        raise RuntimeError((folder / "error.log").read_text() if (folder / "error.log").exists() else "no Apache")

    yield start
    for process in processes:
        process.terminate()
        process.wait(10)
    for folder in Path("/tmp").glob("shimin-apache-*"):
        if processes and str(folder) in " ".join(map(str, processes[0].args)):  # type: ignore[arg-type]
            shutil.rmtree(folder)


@pytest.mark.skipif(not HAS_OPENIDC, reason="Apache with libapache2-mod-auth-openidc is not installed")
def test_apache_mod_auth_openidc_guards_a_site(new_page: NewPage, demo: Demo, apache: Any):
    port = free_port()
    name = f"老网站{port}"
    listens = f"http://127.0.0.1:{port}/callback?logout=backchannel"
    desk, address = let_in(new_page, fields(port, name, 退出通知地址=listens), ("姓名、出生日期",))
    client_id, secret = take_secret(desk, address)
    apache(port, issuer=demo.url, client_id=client_id, secret=secret)
    page = new_page()
    enter(page, "13800000001")
    page.goto(f"http://127.0.0.1:{port}/inside/")
    page.get_by_role("button", name="同意并登录").click()
    expect(page.get_by_text("您好，周晓敏")).to_be_visible()
    page.goto("/me/")
    page.get_by_role("button", name="退出登录").click()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        page.goto(f"http://127.0.0.1:{port}/inside/")
        if "/account/sign-in" in page.url:
            return  # Apache was told, and asks anew
        time.sleep(0.5)
    raise AssertionError("Apache was not told of the sign-out")
