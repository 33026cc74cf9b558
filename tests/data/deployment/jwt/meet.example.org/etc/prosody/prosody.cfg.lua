-- Managed by jitsi-migrate: change migrate.toml and render again.
-- All options: Prosody's documentation, page "configure". The hosts are in conf.d/.

-- --- Modules ---------------------------------------------------------------------------------------------------------

modules_enabled = {
    "disco";
    "limits";
    "ping";
    "saslauth";
    "tls";
    -- The socket of `prosodyctl shell`, which only root and prosody reach.
    "admin_shell";
    "posix";
}

-- Prosody loads these by itself. No other server is spoken to, and nothing is kept for who is away.
modules_disabled = {
    "offline";
    "s2s";
    "s2s_auth_certs";
}

-- --- Network ---------------------------------------------------------------------------------------------------------

-- Jicofo and the bridge are on this host; people come through nginx.
c2s_ports = { 5222 }
c2s_interfaces = { "127.0.0.1", "::1" }
c2s_require_encryption = true

-- BOSH and websockets, behind nginx, which does TLS.
http_ports = { 5280 }
http_interfaces = { "127.0.0.1", "::1" }
https_ports = {}
-- Pages of other sites may not talk to this server.
http_cors_override = {
    bosh = { enabled = false };
    websocket = { enabled = false };
}

-- Bytes that one connection may send; who is in unlimited_jids may send more.
limits = {
    c2s = { rate = "10kb/s" };
}

-- --- Accounts and certificates ---------------------------------------------------------------------------------------

authentication = "internal_hashed"
-- The first is broken, and browsers would take the second for one that they have a token for.
disable_sasl_mechanisms = { "DIGEST-MD5", "OAUTHBEARER" }

certificates = "certs"

-- --- Storage and logs ------------------------------------------------------------------------------------------------

-- What a broken connection waits for dies with the server, and is not written to the disk.
storage = { smacks_h = "memory" }

-- From "info" on the log has the addresses of people and the names of rooms.
log = {
    warn = "/var/log/prosody/prosody.log";
    { levels = { "error" }; to = "syslog" };
}

-- Debian's unit lets Prosody write to few places, and this is one.
pidfile = "/run/prosody/prosody.pid"

-- --- Hosts -----------------------------------------------------------------------------------------------------------

-- Without this line Prosody serves nothing.
Include "conf.d/*.cfg.lua"
