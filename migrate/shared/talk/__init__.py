"""Talk, Nextcloud's conversations."""
