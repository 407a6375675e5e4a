"""Open ports of services other than mail: databases, file sharing, remote desktops, old remote control."""
