-- Stands in for Jitsi's module of this name: it lets everybody in.
local sasl, uuid = require "util.sasl", require "util.uuid"
module:provides("auth", { get_sasl_handler = function()
    return sasl.new(module.host, { anonymous = function() return uuid.generate(), true end })
end })
