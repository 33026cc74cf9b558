-- Managed by jitsi-migrate: change migrate.toml and render again.
-- As the file of upstream's package, jitsi-meet-prosody, without what this server does not use.

-- --- For all hosts ---------------------------------------------------------------------------------------------------

plugin_paths = { "/usr/share/jitsi-meet/prosody-plugins/" }

http_default_host = "meet.example.org"
muc_mapper_domain_base = "meet.example.org"

-- Jicofo owns every room. Bridges do not.
admins = { "focus@auth.meet.example.org" }
unlimited_jids = { "focus@auth.meet.example.org", "jvb@auth.meet.example.org" }

-- nginx has done TLS for whoever comes by these.
consider_bosh_secure = true
consider_websocket_secure = true

-- People who lose their connection have a minute to come back.
smacks_max_unacked_stanzas = 5
smacks_hibernation_time = 60
smacks_max_old_sessions = 1

-- Whom people are told to relay by, with credentials that end after so many seconds.
external_service_secret = ‹secret:203e7b0c›
external_services = {
    {
        type = "stun"; transport = "udp";
        host = "meet.example.org"; port = 3478;
    };
    {
        type = "turn"; transport = "udp"; secret = true; algorithm = "turn";
        host = "meet.example.org"; port = 3478; ttl = 86400;
    };
    {
        type = "turns"; transport = "tcp"; secret = true; algorithm = "turn";
        host = "meet.example.org"; port = 5349; ttl = 86400;
    };
}

-- --- People ----------------------------------------------------------------------------------------------------------

VirtualHost "meet.example.org"
    -- Only Jicofo and the bridges come by TLS, and these to the other name; nginx is on this host and brings people.
    ssl = {
        key = "/etc/prosody/certs/auth.meet.example.org.key";
        certificate = "/etc/prosody/certs/auth.meet.example.org.crt";
    }
    modules_enabled = {
        "bosh";
        "websocket";
        "smacks";
        "features_identity";
        "conference_duration";
        "external_services";
        "muc_lobby_rooms";
        "muc_breakout_rooms";
    }
    main_muc = "conference.meet.example.org"
    lobby_muc = "lobby.meet.example.org"
    breakout_rooms_muc = "breakout.meet.example.org"
    -- prosodyctl adduser makes an account; Jicofo keeps everybody else waiting.
    authentication = "internal_hashed"

-- --- Jicofo and bridges ----------------------------------------------------------------------------------------------

VirtualHost "auth.meet.example.org"
    authentication = "internal_hashed"
    ssl = {
        key = "/etc/prosody/certs/auth.meet.example.org.key";
        certificate = "/etc/prosody/certs/auth.meet.example.org.crt";
    }
    modules_enabled = {
        "limits_exception";
        -- Jicofo reaches people by the entry of its roster for the component "focus".
        "roster";
        "smacks";
    }
    -- A bridge that is gone must not look alive for long.
    smacks_hibernation_time = 15

Component "internal.auth.meet.example.org" "muc"
    storage = "memory"
    modules_enabled = {
        "muc_filter_access";
        "muc_hide_all";
    }
    admins = { "focus@auth.meet.example.org", "jvb@auth.meet.example.org" }
    -- People stay out.
    muc_filter_whitelist = { "auth.meet.example.org" }
    restrict_room_creation = true
    muc_room_locking = false
    muc_room_default_public_jids = true
    muc_room_allow_persistent = false
    muc_tombstones = false

Component "focus.meet.example.org" "client_proxy"
    target_address = "focus@auth.meet.example.org"

-- --- Meetings --------------------------------------------------------------------------------------------------------

Component "conference.meet.example.org" "muc"
    -- Jicofo makes the rooms. An upgrade of the package looks for this here, and writes into this file if it is not.
    restrict_room_creation = true
    storage = "memory"
    modules_enabled = {
        "muc_domain_mapper";
        "muc_hide_all";
        "muc_max_occupants";
        "muc_meeting_id";
        "muc_password_whitelist";
        "muc_rate_limit";
        "muc_resource_validate";
        "rate_limit";
    }
    muc_room_locking = false
    muc_room_default_public_jids = true
    muc_room_allow_persistent = false
    muc_tombstones = false
    -- Prosody's default is 100 rooms at a time.
    muc_room_cache_size = 10000
    muc_max_occupants = 80
    -- Jicofo is in each room, and is no participant.
    muc_access_whitelist = { "focus@auth.meet.example.org" }
    muc_password_whitelist = { "focus@auth.meet.example.org" }
    muc_rate_joins = 3
    rate_limit_login_rate = 3
    rate_limit_message_rate = 3

Component "lobby.meet.example.org" "muc"
    storage = "memory"
    modules_enabled = {
        "muc_hide_all";
        "muc_rate_limit";
    }
    restrict_room_creation = true
    muc_room_locking = false
    muc_room_default_public_jids = true
    muc_room_allow_persistent = false
    muc_tombstones = false
    muc_room_cache_size = 10000
    muc_rate_joins = 3

Component "breakout.meet.example.org" "muc"
    storage = "memory"
    modules_enabled = {
        "muc_hide_all";
        "muc_meeting_id";
        "muc_rate_limit";
    }
    restrict_room_creation = true
    muc_room_locking = false
    muc_room_default_public_jids = true
    muc_room_allow_persistent = false
    muc_tombstones = false
    muc_room_cache_size = 10000
    muc_rate_joins = 3

-- --- Features of meetings --------------------------------------------------------------------------------------------

Component "metadata.meet.example.org" "room_metadata_component"
    muc_component = "conference.meet.example.org"
    breakout_rooms_component = "breakout.meet.example.org"

Component "speakerstats.meet.example.org" "speakerstats_component"
    muc_component = "conference.meet.example.org"

Component "endconference.meet.example.org" "end_conference"
    muc_component = "conference.meet.example.org"

Component "avmoderation.meet.example.org" "av_moderation_component"
    muc_component = "conference.meet.example.org"

Component "polls.meet.example.org" "polls_component"
