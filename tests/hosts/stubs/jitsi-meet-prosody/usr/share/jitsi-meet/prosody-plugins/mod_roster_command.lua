-- Stands in for the module of this name, as far as Jitsi uses it: prosodyctl mod_roster_command subscribe A B
local datamanager, jid = require "util.datamanager", require "util.jid"

function module.command(arg)
    local subscriber, user, host = arg[2], jid.split(arg[3] or "")
    if arg[1] ~= "subscribe" or not host then
        print("Usage: prosodyctl mod_roster_command subscribe <subscriber> <contact>")
        return 1
    end
    local roster = datamanager.load(user, host, "roster") or { [false] = { version = 1 } }
    roster[subscriber] = { subscription = "from", groups = {} }
    return datamanager.store(user, host, "roster", roster) and 0 or 1
end
