"""What pyinfra makes of a bare Debian 12: `manage.py deploy` runs it."""

from pyinfra import host
from pyinfra.operations import files
from pyinfra.operations.util import any_changed

from deploy.layout import Layout
from deploy.steps import configuration, running, system
from deploy.wish import Wish

layout, wish = Layout(), Wish.of(host.data)

system.packages()
system.users(layout)
system.servers()
configuration.folders(layout)
configuration.programs(layout)
files.link(name="curator", path="/usr/local/bin/curator", target=f"{layout.programs}/curator")
files.link(name="curator-release", path="/usr/local/sbin/curator-release", target=f"{layout.programs}/curator-release")
changes = configuration.settings(layout, wish) + configuration.units(layout)
running.nginx(configuration.nginx(layout, wish).did_change)
running.release(layout, wish)
running.database(layout, wish)
running.switch(layout, wish, any_changed(*changes))
running.certificate(layout, wish)
