// Managed by jitsi-migrate: change migrate.toml and render again.
// All keys: jitsi-meet: config.js. A key that is not here has the web application's own default.

// The web server puts in the tenant, if an address has one (/tenant/room): every tenant has rooms of its own.
var subdomain = '<!--# echo var="subdomain" default="" -->'.toLowerCase();
var subdir = '<!--# echo var="subdir" default="" -->';

var config = {

    // --- Connections -------------------------------------------------------------------------------------------------

    hosts: {
        domain: "meet.corp.example.org",
        // Where the accounts of hosts are.
        authdomain: "meet.corp.example.org",
        // Whoever brings no account and no token comes in here, and waits for a host.
        anonymousdomain: "guest.meet.corp.example.org",
        muc: "conference." + subdomain + "meet.corp.example.org"
    },
    // Full addresses: the apps for telephones read this file too, and stand on no page.
    websocket: "wss://meet.corp.example.org/" + subdir + "xmpp-websocket",
    // For networks that let no websocket pass.
    bosh: "https://meet.corp.example.org/" + subdir + "http-bind",
    // Jicofo is asked for a meeting by XMPP: a request by HTTP does not tell whose account it comes from.

    // --- Authentication ----------------------------------------------------------------------------------------------

    requireDisplayName: true,
    // Short and common names of rooms are found by guessing.
    enableInsecureRoomNameWarning: true,

    // --- Sound and picture -------------------------------------------------------------------------------------------

    resolution: 720,
    constraints: {
        video: {
            height: {
                ideal: 720,
                max: 720,
                min: 180
            }
        }
    },
    // As many pictures as the screen has room for.
    channelLastN: -1,
    // So many people join with sound or picture; whoever comes after them joins without.
    startAudioMuted: 24,
    startVideoMuted: 24,
    enableNoAudioDetection: true,
    enableNoisyMicDetection: true,
    // Relays by UDP are left out unless this is set, and by TCP alone sound stutters.
    useTurnUdp: true,
    p2p: {
        enabled: true,
        stunServers: [{ urls: "stun:meet.corp.example.org:3478" }]
    },
    e2ee: {
        disabled: false,
        externallyManagedKey: false
    },

    // --- Meetings ----------------------------------------------------------------------------------------------------

    prejoinConfig: { enabled: true },
    securityUi: { hideLobbyButton: false },
    breakoutRooms: { hideAddRoomButton: false },
    disablePolls: false,
    disableReactions: false,
    fileSharing: {
        enabled: false
    },
    localRecording: {
        disable: false,
        notifyAllParticipants: true
    },
    // What no server here does is not offered.
    recordingService: { enabled: false, sharingEnabled: false },
    liveStreaming: { enabled: false },
    transcription: { enabled: false },
    whiteboard: { enabled: false },

    // --- Pages -------------------------------------------------------------------------------------------------------

    defaultLanguage: "en",
    welcomePage: { disabled: false },
    dynamicBrandingUrl: "https://meet.corp.example.org/branding/branding.json",
    defaultLogoUrl: "",
    // A link that is missing here would lead to upstream's own terms and policy, which are not this server's.
    legalUrls: {
        helpCentre: "https://meet.corp.example.org/",
        privacy: "https://meet.corp.example.org/",
        security: "https://meet.corp.example.org/",
        terms: "https://meet.corp.example.org/"
    },
    deeplinking: {
        disabled: true
    },
    // All but: captions, documents, whiteboards, live streams and feedback, which no server here takes, and shared
    // videos, which every browser would get from the video's own server.
    toolbarButtons: [
        "camera", "chat", "desktop", "filmstrip", "fullscreen", "hangup", "invite", "microphone", "mute-everyone",
        "mute-video-everyone", "noisesuppression", "participants-pane", "profile", "raisehand", "security",
        "select-background", "settings", "shareaudio", "shortcuts", "stats", "tileview", "toggle-camera",
        "videoquality",
        "polls",
        "reactions",
        "recording",
    ],

    // --- Privacy -----------------------------------------------------------------------------------------------------

    // A link to a meeting can switch the next three on again. Then there is still no script to load and no key of a
    // service here, and faces are looked for on this server, which has none. Videos that somebody shares are stopped
    // by the content security policy alone.
    disableThirdPartyRequests: true,
    analytics: { disabled: true },
    gravatar: {
        baseUrl: "https://meet.corp.example.org/branding/avatars/",
        disabled: true
    },
    giphy: { enabled: false },
    sharedVideoAllowedURLDomains: [],
    enableCalendarIntegration: false,
    // An address would be told to everybody in the meeting, and of use to nobody.
    hideEmailInSettings: true,
    enableDisplayNameInStats: false,
    enableEmailInStats: false,
    // Logs hold addresses, and names of people and rooms.
    enableSaveLogs: false
};
