"""Doors that have nothing to do with mail: databases, file sharing, remote desktops, old remote control."""
