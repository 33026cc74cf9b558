-- Managed by jitsi-migrate: change migrate.toml and render again.
-- As the file of upstream's package, jitsi-meet-prosody, without what this server does not use.

-- --- For all hosts ---------------------------------------------------------------------------------------------------

plugin_paths = { "/usr/share/jitsi-meet/prosody-plugins/" }

http_default_host = "meet.corp.example.org"
muc_mapper_domain_base = "meet.corp.example.org"

-- Jicofo owns every room. Bridges do not.
admins = { "focus@auth.meet.corp.example.org" }
unlimited_jids = { "focus@auth.meet.corp.example.org", "jvb@auth.meet.corp.example.org" }
-- Since Prosody 13 this does not follow from admins, and Jicofo has to own the rooms.
component_admins_as_room_owners = true

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
        host = "meet.corp.example.org"; port = 3478;
    };
    {
        type = "turn"; transport = "udp"; secret = true; algorithm = "turn";
        host = "meet.corp.example.org"; port = 3478; ttl = 86400;
    };
    {
        type = "turns"; transport = "tcp"; secret = true; algorithm = "turn";
        host = "meet.corp.example.org"; port = 5349; ttl = 86400;
    };
}

-- --- People ----------------------------------------------------------------------------------------------------------

VirtualHost "meet.corp.example.org"
    -- Only Jicofo and the bridges come by TLS, and these to the other name; nginx is on this host and brings people.
    ssl = {
        key = "/etc/prosody/certs/auth.meet.corp.example.org.key";
        certificate = "/etc/prosody/certs/auth.meet.corp.example.org.crt";
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
    main_muc = "conference.meet.corp.example.org"
    lobby_muc = "lobby.meet.corp.example.org"
    breakout_rooms_muc = "breakout.meet.corp.example.org"
    -- prosodyctl adduser makes an account; Jicofo keeps everybody else waiting.
    authentication = "internal_hashed"

VirtualHost "guest.meet.corp.example.org"
    -- Nothing of a guest is kept.
    authentication = "jitsi-anonymous"
    modules_enabled = {
        "smacks";
        "external_services";
    }

-- --- Jicofo and bridges ----------------------------------------------------------------------------------------------

VirtualHost "auth.meet.corp.example.org"
    authentication = "internal_hashed"
    ssl = {
        key = "/etc/prosody/certs/auth.meet.corp.example.org.key";
        certificate = "/etc/prosody/certs/auth.meet.corp.example.org.crt";
    }
    modules_enabled = {
        "limits_exception";
        -- Jicofo reaches people by the entry of its roster for the component "focus".
        "roster";
        "smacks";
    }
    -- A bridge that is gone must not look alive for long.
    smacks_hibernation_time = 15

Component "internal.auth.meet.corp.example.org" "muc"
    storage = "memory"
    modules_enabled = {
        "muc_filter_access";
        "muc_hide_all";
    }
    admins = { "focus@auth.meet.corp.example.org", "jvb@auth.meet.corp.example.org" }
    -- People stay out.
    muc_filter_whitelist = { "auth.meet.corp.example.org" }
    restrict_room_creation = true
    muc_room_locking = false
    muc_room_default_public_jids = true
    muc_room_allow_persistent = false
    muc_tombstones = false

Component "focus.meet.corp.example.org" "client_proxy"
    target_address = "focus@auth.meet.corp.example.org"

-- --- Meetings --------------------------------------------------------------------------------------------------------

Component "conference.meet.corp.example.org" "muc"
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
    muc_access_whitelist = { "focus@auth.meet.corp.example.org" }
    muc_password_whitelist = { "focus@auth.meet.corp.example.org" }
    muc_rate_joins = 3
    rate_limit_login_rate = 3
    rate_limit_message_rate = 3

Component "lobby.meet.corp.example.org" "muc"
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

Component "breakout.meet.corp.example.org" "muc"
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

Component "metadata.meet.corp.example.org" "room_metadata_component"
    muc_component = "conference.meet.corp.example.org"
    breakout_rooms_component = "breakout.meet.corp.example.org"

Component "speakerstats.meet.corp.example.org" "speakerstats_component"
    muc_component = "conference.meet.corp.example.org"

Component "endconference.meet.corp.example.org" "end_conference"
    muc_component = "conference.meet.corp.example.org"

Component "avmoderation.meet.corp.example.org" "av_moderation_component"
    muc_component = "conference.meet.corp.example.org"

Component "polls.meet.corp.example.org" "polls_component"
