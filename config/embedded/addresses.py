"""Where the embedded servers listen: Unix sockets under DATA_DIR, never a TCP port."""

import hashlib
from pathlib import Path
from urllib.parse import quote

ROLE = "curator"
DATABASE = "curator"
SOCKET = ".s.PGSQL.5432"  # the name PostgreSQL gives it
# sun_path holds 108 bytes on Linux and 104 on macOS, with the final zero.
LONGEST_SOCKET_PATH = 103


def postgres_dir(data_dir: Path) -> Path:
    return data_dir / "postgres"


def redis_dir(data_dir: Path) -> Path:
    return data_dir / "redis"


def postgres_socket_dir(data_dir: Path) -> Path:
    return _short_enough(postgres_dir(data_dir), SOCKET, data_dir)


def redis_socket(data_dir: Path) -> Path:
    return _short_enough(redis_dir(data_dir), "redis.sock", data_dir) / "redis.sock"


def database_url(data_dir: Path) -> str:
    return f"postgresql://{ROLE}@/{DATABASE}?host={quote(str(postgres_socket_dir(data_dir)), safe='')}"


def redis_url(data_dir: Path) -> str:
    return f"unix://{quote(str(redis_socket(data_dir)))}"


def _short_enough(directory: Path, socket_name: str, data_dir: Path) -> Path:
    """The directory itself, or a short one of this DATA_DIR's own: a deep checkout exceeds the socket limit.

    /tmp and not TMPDIR: every process must come to the same address, whatever its environment.
    """
    if len(bytes(directory / socket_name)) <= LONGEST_SOCKET_PATH:
        return directory
    return Path("/tmp") / f"curator-{hashlib.sha256(bytes(data_dir)).hexdigest()[:16]}"
