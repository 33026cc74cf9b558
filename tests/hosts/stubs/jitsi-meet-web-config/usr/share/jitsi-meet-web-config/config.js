// The file that upstream's package makes, cut short.
var config = { hosts: { domain: 'jitsi-meet.example.com', muc: 'conference.jitsi-meet.example.com' }, bosh: '/http-bind' };
