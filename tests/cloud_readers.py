"""The programs of a Nextcloud server, reading values back as those of tests/readers.py do."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from socket import AF_UNIX, socket
from threading import Timer

from tests.ports import free_port
from tests.readers import directory, program, run

Ports = Mapping[str, int]
SIGNALING = """
[http]
[sessions]
hashkey = 0123456789abcdef0123456789abcdef
[turn]
apikey = key
secret = secret
"""


def by_php(text: str) -> object:
    """Run a PHP file that sets $CONFIG, and return it."""
    php = program("php", "php-cli")
    with directory() as here:
        (here / "values.php").write_text(text, "utf-8")
        script = "require $argv[1]; echo json_encode($CONFIG, JSON_THROW_ON_ERROR);"
        return json.loads(run(php, "-n", "-r", script, "--", here / "values.php"))


def by_janus(text: str) -> dict[str, dict[str, str]]:
    """Let the program of Janus that converts configurations tell what it found in one, by section and name."""
    convert = program("janus-cfgconv", "janus")
    with directory() as here:
        (here / "in.jcfg").write_text(text, "utf-8")
        told = run(convert, here / "in.jcfg", here / "out.jcfg").partition("[out.jcfg]")[0]
    found: dict[str, dict[str, str]] = {}
    for name, opening, value in re.findall(r"^ +(\w+): (?:(\{)$|(.*)$)", told, re.MULTILINE):
        if opening:
            section = found.setdefault(name, {})
        else:
            section[name] = value
    return found


def by_redis(lines: Sequence[str], names: Sequence[str]) -> list[str]:
    """Start Redis with lines of configuration, and ask it for the values of directives."""
    server = program("redis-server", "redis-server")
    with directory() as here:
        text = "".join(f"{line}\n" for line in lines)
        (here / "redis.conf").write_text(f'{text}dir "{here}"\nport 0\nunixsocket "{here}/socket"\nsave ""\n', "utf-8")
        running = subprocess.Popen([server, here / "redis.conf"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            return [_asked(here / "socket", name, running) for name in names]
        finally:
            running.terminate()
            running.communicate()


def _asked(path: Path, name: str, server: subprocess.Popen[bytes]) -> str:
    with socket(AF_UNIX) as line:
        line.settimeout(10)
        while line.connect_ex(str(path)):
            assert server.poll() is None, server.stdout.read().decode()
        line.sendall(f"*3\r\n$6\r\nCONFIG\r\n$3\r\nGET\r\n${len(name)}\r\n{name}\r\n".encode())
        with line.makefile("rb") as answer:
            assert answer.readline() == b"*2\r\n"
            found = [answer.read(int(answer.readline()[1:]) + 2)[:-2] for _ in range(2)]
    return found[1].decode()


@contextmanager
def patience(process: subprocess.Popen[str], seconds: float = 20) -> Iterator[None]:
    """Wait no longer than this for what a program says: then it is ended, and says nothing more."""
    timer = Timer(seconds, process.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@contextmanager
def nats_server(text: str) -> Iterator[str]:
    """Start NATS with a configuration; what it logs until it is ready."""
    server = program("nats-server", "nats-server")
    with directory() as here:
        (here / "nats-server.conf").write_text(text, "utf-8")
        running = subprocess.Popen(
            [server, "-c", here / "nats-server.conf"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        try:
            log = ""
            with patience(running):
                while "Server is ready" not in log:
                    line = running.stderr.readline()
                    assert line, log
                    log += line
            yield log
        finally:
            running.terminate()
            running.communicate()


@contextmanager
def signaling_server(text: str) -> Iterator[list[str]]:
    """Start the signaling server of Debian with a configuration; what it logs is complete when it ended."""
    server = program("nextcloud-spreed-signaling-server", "nextcloud-spreed-signaling")
    with directory() as here:
        (here / "server.conf").write_text(text, "utf-8")
        running = subprocess.Popen(
            [server, "--config", here / "server.conf"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        log: list[str] = []
        try:
            with patience(running):
                for line in running.stdout:
                    log.append(line)
                    if "Listening on" in line:
                        break
            assert log, "it said nothing"
            assert "Listening on" in log[-1], log
            # It says so a moment before.
            port = int(re.findall(r"^listen = 127.0.0.1:(\d+)$", text, re.MULTILINE)[0])
            with socket() as line:
                while line.connect_ex(("127.0.0.1", port)):
                    assert running.poll() is None, log
            yield log
        finally:
            running.terminate()
            log += running.communicate()[0].splitlines(keepends=True)


def moved(text: str, ports: Ports) -> str:
    """Give other ports to what listens, for other tests, and who else is on this machine, have the real ones."""
    return re.sub(r"\b(8080|4222|8188)\b", lambda found: str(ports[found[0]]), text)


@contextmanager
def janus_server(texts: Mapping[str, str], ports: Ports) -> Iterator[str]:
    """Start Janus with its rendered files, and yield what it said until it listened."""
    server = program("janus", "janus")
    with directory() as here:
        for path, text in texts.items():
            if path.startswith("/etc/janus/"):
                (here / Path(path).name).write_text(moved(text, ports))
        running = subprocess.Popen(
            [server, "-F", here, "-d", "4"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        log = ""
        try:
            with patience(running):
                while "WebSockets thread started" not in log:
                    line = running.stdout.readline()
                    assert line, log
                    log += line
            yield log
        finally:
            # Asked to end while it connects to somebody, it sometimes waits forever.
            running.kill()
            running.communicate()


def by_signaling(servers: str) -> list[str]:
    """Let the signaling server say which TURN servers it found in a value."""
    port, nats_port = free_port(), free_port()
    text = SIGNALING.replace("[http]", f"[nats]\nurl = nats://127.0.0.1:{nats_port}\n[http]\nlisten = 127.0.0.1:{port}")
    with nats_server(f"host: 127.0.0.1\nport: {nats_port}\n"), signaling_server(f"{text}servers = {servers}\n") as log:
        pass
    return re.findall(r'Adding "(.*)" as TURN server', "".join(log))


def by_php_fpm(text: str) -> dict[str, str]:
    """Let PHP-FPM test a pool and tell what it found in it, by the names of directives."""
    fpm = program("php-fpm8.2", "php8.2-fpm")
    with directory() as here:
        (here / "pool.conf").write_text(text, "utf-8")
        (here / "fpm.conf").write_text(f"[global]\nerror_log = {here}/log\ninclude = {here}/pool.conf\n")
        done = subprocess.run([fpm, "-tt", "-y", here / "fpm.conf"], capture_output=True, check=False, timeout=30)
        log = here / "log"
        told = (log.read_text("utf-8") if log.exists() else "") + done.stderr.decode()
    assert done.returncode == 0, told
    return dict(re.findall(r"NOTICE: \s*([\w.\[\]]+) = (.*)$", told, re.MULTILINE))


def by_mariadb(text: str) -> Mapping[str, str]:
    """Let MariaDB tell what its variables would be with an option file."""
    server = program("mariadbd", "mariadb-server")
    with directory() as here:
        (here / "file.cnf").write_text(text, "utf-8")
        user = ("--user=root",) if os.geteuid() == 0 else ()
        told = run(server, f"--defaults-file={here}/file.cnf", *user, "--help", "--verbose")
    return dict(re.findall(r"^([a-z][a-z0-9-]+) +(\S.*)$", told, re.MULTILINE))
