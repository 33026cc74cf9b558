// Managed by jitsi-migrate: change migrate.toml and render again.
// All keys: jitsi-meet: interface_config.js. The web application has defaults for few of them.

var interfaceConfig = {

    // --- Names -------------------------------------------------------------------------------------------------------

    APP_NAME: "Jitsi Meet",
    PROVIDER_NAME: "Jitsi Meet",

    // --- Logo and links ----------------------------------------------------------------------------------------------

    // The place of the logo has upstream's name, whatever logo is there. Its link is in branding.json.
    SHOW_JITSI_WATERMARK: false,
    JITSI_WATERMARK_LINK: "",
    DEFAULT_WELCOME_PAGE_LOGO_URL: "",
    SHOW_BRAND_WATERMARK: false,
    BRAND_WATERMARK_LINK: "",
    SHOW_POWERED_BY: false,
    SHOW_PROMOTIONAL_CLOSE_PAGE: false,
    CLOSE_PAGE_GUEST_HINT: false,
    SHOW_CHROME_EXTENSION_BANNER: false,
    MOBILE_APP_PROMO: false,
    // Links only: the list of mail services would tell one of them the name of the room.
    SHARING_FEATURES: ["url"],

    // --- Start page --------------------------------------------------------------------------------------------------

    // The footer advertises the apps in the stores.
    DISPLAY_WELCOME_FOOTER: false,
    DISPLAY_WELCOME_PAGE_ADDITIONAL_CARD: false,
    DISPLAY_WELCOME_PAGE_CONTENT: false,
    DISPLAY_WELCOME_PAGE_TOOLBAR_ADDITIONAL_CONTENT: false,
    // Names that are made up are long and hard to guess.
    GENERATE_ROOMNAMES_ON_WELCOME_PAGE: true,
    // Kept in the browser, told to nobody.
    RECENT_LIST_ENABLED: true,
    // The browser's language first, then that of config.js.
    LANG_DETECTION: true,

    // --- Meetings ----------------------------------------------------------------------------------------------------

    SETTINGS_SECTIONS: ["devices", "language", "moderator", "profile", "sounds", "more"],
    ENABLE_DIAL_OUT: false,
    AUTO_PIN_LATEST_SCREEN_SHARE: "remote-only",
    DISABLE_DOMINANT_SPEAKER_INDICATOR: false,
    DISABLE_JOIN_LEAVE_NOTIFICATIONS: false,
    DISABLE_PRESENCE_STATUS: false,
    DISABLE_TRANSCRIPTION_SUBTITLES: true,
    VIDEO_QUALITY_LABEL_DISABLED: false,

    // --- Layout ------------------------------------------------------------------------------------------------------

    DEFAULT_BACKGROUND: "#040404",
    DISABLE_VIDEO_BACKGROUND: false,
    AUDIO_LEVEL_PRIMARY_COLOR: "rgba(255,255,255,0.4)",
    AUDIO_LEVEL_SECONDARY_COLOR: "rgba(255,255,255,0.2)",
    VERTICAL_FILMSTRIP: true,
    FILM_STRIP_MAX_HEIGHT: 120,
    LOCAL_THUMBNAIL_RATIO: 16 / 9,
    REMOTE_THUMBNAIL_RATIO: 1,
    VIDEO_LAYOUT_FIT: "both",
    MAXIMUM_ZOOMING_COEFFICIENT: 1.3,

    // --- Browsers ----------------------------------------------------------------------------------------------------

    OPTIMAL_BROWSERS: ["chrome", "chromium", "firefox", "electron", "safari", "webkit"],
    UNSUPPORTED_BROWSERS: []
};
