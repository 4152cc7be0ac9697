"""Start the platform: ``demo`` with the sandbox departments and demo accounts, ``serve`` without."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from shimin.launch import leftovers
from shimin.launch.data_folder import claim
from shimin.launch.database import Database, open_database
from shimin.launch.faults import Fault
from shimin.launch.frontend import frontend_stages
from shimin.launch.locks import Busy, exclusive
from shimin.launch.packages import package_stages
from shimin.launch.ports import check_free
from shimin.launch.postgres import postgres_stage
from shimin.launch.preparation import demo_accounts, prepare, process_environment
from shimin.launch.settings import Settings
from shimin.launch.signals import Stopped
from shimin.launch.stages import run_stages
from shimin.launch.supervision import Service, Supervisor

_READY_SECONDS = 180.0  # the first start of the sandbox invents its residents


def install_files(settings: Settings, *, development: bool = False) -> None:
    """Install packages, front-end files and, when it is wanted, PostgreSQL."""
    claim(settings)
    stages = [
        *package_stages(settings, development=development),
        *frontend_stages(settings),
        postgres_stage(settings),
    ]
    if all(stage.is_done() for stage in stages):
        return
    with _one_at_a_time(settings.root / "var"):
        run_stages(stages)


def set_up(settings: Settings, *, demo: bool) -> None:
    """Do every stage of set-up and start nothing that stays."""
    install_files(settings)
    with open_database(settings) as database:
        prepare_alone(settings, database, demo=demo)


def prepare_alone(settings: Settings, database: Database, *, demo: bool) -> None:
    """Run the stages of Django, one set-up at a time."""
    with _one_at_a_time(settings.data_dir):
        prepare(settings, database, demo=demo)


def _one_at_a_time(folder: Path) -> AbstractContextManager[None]:
    """Let set-ups that write to the same place wait for each other: ``var`` for the checkout, else the data."""
    folder.mkdir(exist_ok=True)
    return exclusive(folder / "setup.lock")


def serve(settings: Settings, *, demo: bool) -> int:
    """Set up, start everything, say where it is, and keep it running until a signal comes."""
    claim(settings)
    with _only_one(settings):
        leftovers.end_leftovers(settings.run_dir)
        check_free(settings.host, [settings.port])
        if demo:
            check_free(
                "127.0.0.1",
                [
                    *settings.sandbox_ports,
                    settings.sandbox_alipay_port,
                    settings.sandbox_entrances_port,
                    settings.sandbox_wechat_pay_port,
                ],
            )
        install_files(settings)
        with open_database(settings) as database:
            _refuse_demo_data(database, demo=demo)
            prepare_alone(settings, database, demo=demo)
            return _run(settings, database, demo=demo)


def _run(settings: Settings, database: Database, *, demo: bool) -> int:
    accounts = demo_accounts(settings, database) if demo else ""
    with leftovers.marked_run(settings.run_dir) as mark, Supervisor(settings.log_dir, settings.root) as supervisor:

        def environ(process: str) -> dict[str, str]:
            marked = {leftovers.MARK: mark}
            return process_environment(settings, url=database.url, process=process, demo=demo) | marked

        if demo:
            supervisor.start(sandbox_service(settings, environ("owner")))
            supervisor.start(alipay_service(settings, environ("owner")))
            supervisor.start(wechat_pay_service(settings, environ("owner")))
            supervisor.start(entrances_service(settings, environ("owner")))
        supervisor.start(web_service(settings, environ("web")))
        supervisor.wait_until_ready(_READY_SECONDS)
        # Nobody waits for the worker: what was left to do stays in the database until it comes.
        supervisor.start(worker_service(settings, environ("worker")))
        _tell_systemd(settings, "READY=1")
        print(f"\n{accounts}\n市民之家 is ready: {settings.url}\nLogs: {settings.log_dir}   End: Ctrl-C", flush=True)
        try:
            supervisor.watch()
        except Stopped as stopped:
            print(f"\nStopping ({signal.Signals(stopped.number).name}) …", flush=True)
    return 0


def sandbox_service(settings: Settings, environ: dict[str, str]) -> Service:
    """Return the departments of the demo city."""
    del environ["DATABASE_URL"]  # departments have their own data
    options = ["--port-base", str(settings.sandbox_port_base), "--keys-dir", str(settings.keys_dir)]
    return Service(
        "sandbox",
        [settings.python, "-m", "shimin.sandbox", *options, "--data-dir", settings.data_dir / "sandbox"],
        environ,
        ready=[("127.0.0.1", port, "/healthz") for port in settings.sandbox_ports],
    )


def alipay_service(settings: Settings, environ: dict[str, str]) -> Service:
    """Return the demo's stand-in for Alipay."""
    del environ["DATABASE_URL"]  # it has books of its own
    port = settings.sandbox_alipay_port
    options = ["--port", str(port), "--keys-dir", str(settings.keys_dir)]
    return Service(
        "alipay",
        [settings.python, "-m", "shimin.sandbox.alipay", *options, "--data-dir", settings.data_dir / "sandbox"],
        environ,
        ready=[("127.0.0.1", port, "/healthz")],
    )


def wechat_pay_service(settings: Settings, environ: dict[str, str]) -> Service:
    """Return the demo's stand-in for WeChat Pay."""
    del environ["DATABASE_URL"]  # it has books of its own
    port = settings.sandbox_wechat_pay_port
    options = ["--port", str(port), "--keys-dir", str(settings.keys_dir)]
    return Service(
        "wechat_pay",
        [settings.python, "-m", "shimin.sandbox.wechat_pay", *options, "--data-dir", settings.data_dir / "sandbox"],
        environ,
        ready=[("127.0.0.1", port, "/healthz")],
    )


def entrances_service(settings: Settings, environ: dict[str, str]) -> Service:
    """Return the demo's stand-ins for other platforms' logins."""
    del environ["DATABASE_URL"]
    port = settings.sandbox_entrances_port
    return Service(
        "entrances",
        [settings.python, "-m", "shimin.sandbox.entrances", "--port", str(port)],
        environ,
        ready=[("127.0.0.1", port, "/healthz")],
    )


def worker_service(settings: Settings, environ: dict[str, str]) -> Service:
    """Return the worker."""
    return Service("worker", [settings.python, "-m", "shimin.project.worker"], environ)


def web_memory(environ: Mapping[str, str]) -> dict[str, str]:
    """Return how the C library is told to give large blocks back at once.

    Each password hash takes 19 MiB. glibc raises its threshold for blocks of their own after the first one is freed,
    and then keeps one such block for every thread that ever hashed: 16 threads held 305 MB, with a fixed threshold 1.
    """
    return {} if "MALLOC_MMAP_THRESHOLD_" in environ else {"MALLOC_MMAP_THRESHOLD_": "131072"}


def web_service(settings: Settings, environ: dict[str, str]) -> Service:
    """Return the web server as it runs in earnest."""
    options = {
        "--interface": "wsgi",
        "--host": settings.host,
        "--port": settings.port,
        "--workers": settings.web_workers,
        "--blocking-threads": settings.web_threads,
        # A thread keeps its database connection; the longest idle time keeps both.
        "--blocking-threads-idle-timeout": 600,
        "--workers-kill-timeout": 5,
    }
    command = [
        str(settings.python),
        "-m",
        "granian",
        "shimin.project.wsgi:application",
        "--respawn-failed-workers",
        "--no-ws",
    ]
    command += [str(part) for pair in options.items() for part in pair]
    return Service(
        "web", command, environ | web_memory(environ), ready=[(settings.local_host, settings.port, "/readyz")]
    )


@contextmanager
def _only_one(settings: Settings) -> Iterator[None]:
    """Let only one launcher serve a data directory."""
    note = f"process {os.getpid()}, {settings.url}"
    try:
        with exclusive(settings.run_dir / "serve.lock", wait=False, note=note):
            yield
    except Busy as busy:
        raise Fault(
            f"{settings.data_dir} is being served already ({busy.note})",
            "use that one, stop it first, or choose another folder with SHIMIN_DATA_DIR.",
        ) from None


def _refuse_demo_data(database: Database, *, demo: bool) -> None:
    """Demo accounts have passwords that everybody knows."""
    if database.mark.get("demo") and not demo:
        raise Fault(
            "This database holds the demo accounts, whose passwords are public",
            "serve from a fresh database, or use ./shimin demo",
        )


def _tell_systemd(settings: Settings, message: str) -> None:
    """Report to systemd when it started us (Type=notify)."""
    address = settings.environ.get("NOTIFY_SOCKET", "")
    if address:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.connect("\0" + address[1:] if address[0] == "@" else address)
            notify.send(message.encode())
