-- Stands in for the module of this name, as far as Jitsi uses it: prosodyctl mod_roster_command subscribe A B
local storage, jid = require "core.storagemanager", require "util.jid"

function module.command(arg)
    local subscriber, user, host = arg[2], jid.split(arg[3] or "")
    if arg[1] ~= "subscribe" or not host then
        print("Usage: prosodyctl mod_roster_command subscribe <subscriber> <contact>")
        return 1
    end
    storage.initialize_host(host)
    local rosters = storage.open(host, "roster")
    local roster = rosters:get(user) or { [false] = { version = 1 } }
    roster[subscriber] = { subscription = "from", groups = {} }
    return rosters:set(user, roster) and 0 or 1
end
