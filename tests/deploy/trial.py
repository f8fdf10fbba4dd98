"""What pyinfra runs in the tests: the steps that need neither root, nor apt, nor systemd, into a folder."""

import os
import pwd

from pyinfra import host

from deploy.layout import Layout
from deploy.steps import configuration
from deploy.wish import Wish

name = pwd.getpwuid(os.geteuid()).pw_name
layout, wish = Layout(root=str(host.data.get("root")), owner=name, user=name), Wish.of(host.data)

configuration.folders(layout)
configuration.programs(layout)
configuration.settings(layout, wish)
configuration.units(layout)
configuration.nginx(layout, wish)
