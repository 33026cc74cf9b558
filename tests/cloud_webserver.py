"""A real nginx and a real PHP-FPM with the files of a Nextcloud server, and small pages in place of Nextcloud."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import AF_UNIX, socket

from tests.clouds import Cloud
from tests.ports import free_port
from tests.readers import directory, program
from tests.webserver import MAIN, Root, certificate, modules

KNOWN = (80, 443, 8080)
PAGE = """<?php
header('X-Powered-By: PHP/1');
$names = ['SCRIPT_NAME', 'PATH_INFO', 'REQUEST_URI', 'HTTPS', 'REMOTE_ADDR', 'front_controller_active'];
$told = array_intersect_key($_SERVER, array_flip($names));
echo json_encode($told + ['body' => strlen(file_get_contents('php://input'))]);
"""
PAGES = {
    **dict.fromkeys(
        ("index.php", "status.php", "remote.php", "ocs/v2.php", "apps/evil.php", "config/config.php"), PAGE
    ),
    "core/js/main.mjs": "export {}",
    "apps/spreed/js/blur.wasm": "wasm",
    "apps/spreed/js/blur.tflite": "tflite",
    "core/css/a.css": "a {}",
    "data/anna/secret.txt": "secret",
    "occ": "program",
    ".htaccess": "hidden",
    "robots.txt": "robots",
}


@contextmanager
def placed(deployed: Cloud, host: str) -> Iterator[Root]:
    """Put the web server's files of a host into a directory."""
    with directory() as here:
        root = Root(here, {port: free_port() for port in KNOWN})
        top = deployed.topology.settings.directory
        for path, text in deployed.texts(host).items():
            if path.startswith("/etc/nginx/"):
                moved = root.rewritten(text).replace("unix:/run/", f"unix:{here}/")
                root.write(path[1:], moved.replace(f"root {top};", f"root {here}{top};"))
        for link in deployed.links(host):
            (here / link.path[1:]).parent.mkdir(parents=True, exist_ok=True)
            (here / link.path[1:]).symlink_to(link.target)
        for name in ("mime.types", "fastcgi_params"):
            root.write(f"etc/nginx/{name}", Path(f"/etc/nginx/{name}").read_text())
        for path, text in PAGES.items():
            root.write(f"{top[1:]}/{path}", text)
        root.write("var/log/nginx/error.log", "")
        root.write("var/www/html/.well-known/acme-challenge/proof", "proof")
        root.write("main.conf", MAIN.format(root=here, modules=modules()))
        _certify(root)
        yield root


def _certify(root: Root) -> None:
    for file in (root.path / "etc/nginx/sites-available").iterdir():
        for path in re.findall(r"ssl_certificate(?:_key)? (\S+);", file.read_text()):
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(certificate()[path.endswith(("key", "key.pem"))], path)


@contextmanager
def php(deployed: Cloud, root: Root) -> Iterator[None]:
    """Start PHP-FPM with the pool of a deployment, as whoever runs the tests."""
    fpm = program("php-fpm8.2", "php8.2-fpm")
    (pool,) = (text for path, text in deployed.texts("cloud.example.org").items() if "/pool.d/" in path)
    text = re.sub(r"^(?:user|group|listen\.(?:owner|group)) = .*\n", "", pool, flags=re.MULTILINE)
    user = f"user = {root.path.owner()}\ngroup = {root.path.group()}\n"
    text = text.replace("[nextcloud]\n", f"[nextcloud]\n{user}").replace("/run/", f"{root.path}/")
    (root.path / "php").mkdir(exist_ok=True)
    root.write("pool.conf", text)
    root.write("fpm.conf", f"[global]\nerror_log = {root.path}/fpm.log\ninclude = {root.path}/pool.conf\n")
    server = subprocess.Popen(
        [fpm, "-n", "-F", "-R", "-y", root.path / "fpm.conf"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        with socket(AF_UNIX) as line:
            while line.connect_ex(f"{root.path}/php/nextcloud.sock"):
                assert server.poll() is None, server.stderr.read().decode()
        yield
    finally:
        server.terminate()
        server.communicate()
