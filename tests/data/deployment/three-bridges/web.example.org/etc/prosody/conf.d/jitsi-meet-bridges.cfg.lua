-- Managed by jitsi-migrate: change migrate.toml and render again.
-- A file of its own: Prosody takes what is in it without a restart, so nobody notices when a bridge is added.

-- No limit of the people who come holds back this host, or a bridge on another one.
rate_limit_whitelist = { "127.0.0.1", "::1", "192.0.2.21", "2001:db8::21", "10.1.0.21", "192.0.2.22", "10.1.0.22", "198.51.100.23", "10.1.0.23" }
