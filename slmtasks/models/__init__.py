"""Model folders: found, pulled, verified, opened on a device."""
