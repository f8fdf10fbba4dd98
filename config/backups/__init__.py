"""Backups: the database and the media in one folder, restored beside what is there and then put in its place.

The folder is the truth: `partners.models.Backup` rows are made from it and may be lost with the database.
"""
