"""Servers: what lies on one (systemd/, nginx/, etc/, host/), and how it gets there (`manage.py deploy`, `transfer`).

pyinfra runs site.py in a process of its own; it compares what is there with what should be and changes the rest.
"""
