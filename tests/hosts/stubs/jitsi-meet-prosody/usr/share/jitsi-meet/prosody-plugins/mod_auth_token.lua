-- Stands in for Jitsi's module of this name: tokens signed with the shared secret, their time, issuer and audience.
local base64, hashes, json = require "util.encodings".base64, require "util.hashes", require "util.json"
local formdecode, sasl = require "util.http".formdecode, require "util.sasl"

local secret = module:get_option_string("app_secret")
local issuers = module:get_option_set("asap_accepted_issuers", { module:get_option_string("app_id") })
local audiences = module:get_option_set("asap_accepted_audiences", { "*" })
local may_be_empty = module:get_option_boolean("allow_empty_token", false)

local function decoded(text)
    text = text:gsub("-", "+"):gsub("_", "/")
    return base64.decode(text .. ("="):rep(-#text % 4))
end

local function fault(token)
    local signed, body, signature = token:match("^([^.]+%.([^.]+))%.([^.]+)$")
    if not signed or decoded(signature) ~= hashes.hmac_sha256(secret, signed) then return "Invalid signature" end
    local claims = json.decode(decoded(body))
    if (claims.exp or 0) <= os.time() then return "Token expired" end
    if not (issuers:contains("*") or issuers:contains(claims.iss)) then return "Issuer not accepted" end
    if not (audiences:contains("*") or audiences:contains(claims.aud)) then return "Audience not accepted" end
end

local function note(event)
    local query = event.request.url.query
    event.session.auth_token = query and formdecode(query).token
end
module:hook_global("bosh-session", note)
module:hook_global("websocket-session", note)

-- The mechanism that comes with Prosody cannot refuse.
sasl.registerMechanism("ANONYMOUS", { "anonymous" }, function(self)
    local name, condition, text = self.profile.anonymous(self)
    if not name then return "failure", condition, text end
    self.username = name
    return "success"
end)

module:provides("auth", { get_sasl_handler = function(session)
    return sasl.new(module.host, { anonymous = function()
        local token = session.auth_token
        local wrong = not token and not may_be_empty and "Token required" or token and fault(token)
        if wrong then return nil, "not-allowed", wrong end
        return require "util.uuid".generate()
    end })
end })
