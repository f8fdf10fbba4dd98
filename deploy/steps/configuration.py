"""Folders, programs, settings, units, nginx: everything that is a file of ours."""

from __future__ import annotations

from pathlib import Path

from pyinfra import host
from pyinfra.api import StringCommand
from pyinfra.api.operation import OperationMeta
from pyinfra.operations import files, server

from deploy.facts import Exists, SettingNames
from deploy.layout import Layout
from deploy.wish import Wish
from deploy.words import command

HERE = Path(__file__).parents[1]
PROGRAMS = {
    "release.py": "curator-release",
    "secret_values.py": "curator-secrets",
    "transfer.py": "curator-transfer",
    "curator-certificate": "curator-certificate",
    "curator-backup-missing": "curator-backup-missing",
    "curator": "curator",
}
DATABASE = "curator"
SECRETS = {"SECRET_KEY", "FIELD_ENCRYPTION_KEYS"}


def folders(layout: Layout) -> None:
    root, user = (layout.owner, layout.owner), (layout.user, layout.user)
    wanted = [
        (layout.home, root, "755"), (layout.programs, root, "755"), (layout.incoming, root, "700"),
        (f"{layout.home}/releases", root, "755"), (f"{layout.home}/venvs", root, "755"),
        (layout.settings, root, "755"), (layout.tls, root, "750"), (layout.acme, root, "755"),
        (f"{layout.settings}/partners", (layout.owner, layout.user), "750"),
        # nginx goes through it to the pictures, and sees nothing else
        (layout.data, user, "711"), (f"{layout.data}/media", user, "755"),
        (layout.backups, user, "700"), (layout.logs, user, "750"),
    ]  # fmt: skip
    for path, (owner, group), mode in wanted:
        files.directory(name=path, path=path, user=owner, group=group, mode=mode)


def programs(layout: Layout) -> None:
    for source, name in PROGRAMS.items():
        files.put(
            name=name, src=str(HERE / "host" / source), dest=f"{layout.programs}/{name}", user=layout.owner, mode="755"
        )


def settings(layout: Layout, wish: Wish) -> list[OperationMeta]:
    """The address is kept as it should be; of the rest what is missing is added. The operator's own lines stay."""
    files.file(name="env", path=layout.env, user=layout.owner, group=layout.user, mode="640")
    kept = {"PUBLIC_URL": f"https://{wish.domain}", "ALLOWED_HOSTS": f"{wish.domain},127.0.0.1"}
    once = {
        "DATABASE_URL": f"postgresql://{layout.user}@/{DATABASE}?host=/var/run/postgresql",
        "REDIS_URL": "unix:///run/redis/redis-server.sock",
        "DATA_DIR": layout.data,
        "BACKUP_DIR": layout.backups,
        "LOG_DIR": layout.logs,
    }
    there = set(host.get_fact(SettingNames, path=layout.env))
    changes = [
        files.line(name=name, path=layout.env, line=f"^{name}=.*$", replace=f"{name}={value}")
        for name, value in (kept | once).items()
        if name in kept or name not in there
    ]
    if not there >= SECRETS:
        make = command(f"{layout.programs}/curator-secrets", layout.env)
        server.shell(name="Secrets, made there", commands=[make])
    return changes


def units(layout: Layout) -> list[OperationMeta]:
    target = layout.etc("systemd/system")
    changes = [
        files.put(name=path.name, src=str(path), dest=f"{target}/{path.name}", user=layout.owner, mode="644")
        for path in sorted((HERE / "systemd").glob("*.*"))
        if path.suffix != ".conf"
    ]
    for folder in ("curator-.service.d", "nl-bot@.service.d"):
        changes.append(
            files.put(
                name=folder, src=str(HERE / "systemd" / "hardening.conf"), dest=f"{target}/{folder}/10-hardening.conf",
                user=layout.owner, mode="644",
            )
        )  # fmt: skip
    files.put(
        name="logrotate", src=str(HERE / "etc" / "logrotate.conf"), dest=layout.etc("logrotate.d/curator"),
        user=layout.owner, mode="644",
    )  # fmt: skip
    return changes


def nginx(layout: Layout, wish: Wish) -> OperationMeta:
    """Starts with a certificate of its own making, so that the real one can be asked for through it."""
    certificate, key = f"{layout.tls}/fullchain.pem", f"{layout.tls}/privkey.pem"
    if wish.certificate:
        files.link(name="Own certificate", path=certificate, target=wish.certificate)
        files.link(name="Its key", path=key, target=wish.certificate_key)
    elif not host.get_fact(Exists, path=certificate):
        names = ["-subj", f"/CN={wish.domain}", "-addext", f"subjectAltName=DNS:{wish.domain}"]
        made = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "365"]
        make = StringCommand("umask 077 &&", command("openssl", *made, *names, "-keyout", key, "-out", certificate))
        server.shell(name="A self-signed certificate, for the time being", commands=[make])
    site = files.template(
        name="Site", src=str(HERE / "nginx" / "curator.conf.j2"), dest=layout.etc("nginx/sites-available/curator"),
        user=layout.owner, mode="644", layout=layout, domain=wish.domain,
    )  # fmt: skip
    files.link(
        name="Site, switched on", path=layout.etc("nginx/sites-enabled/curator"),
        target=layout.etc("nginx/sites-available/curator"), user=layout.owner,
    )  # fmt: skip
    files.link(name="Debian's own site, switched off", path=layout.etc("nginx/sites-enabled/default"), present=False)
    return site
