#!lua flags=allow-oom
-- release: end a moderator's claims before their time; another's stay.
--
-- KEYS[1]  ZSET    codau:{<p>}:claimed:<site>:<key id>
-- then one for each comment:
--   +1  STRING  codau:{<p>}:claim:<site>:<id>
-- ARGV[1]  the moderator's key id
-- then one for each comment: its id
--
-- Returns  how many were the moderator's.

local released = 0
for i = 1, #ARGV - 1 do
  local claim = redis.call("GET", KEYS[i + 1])
  if claim and claim:match("^%S+") == ARGV[1] then
    redis.call("DEL", KEYS[i + 1])
    released = released + 1
  end
  redis.call("ZREM", KEYS[1], ARGV[i + 1])
end
return released
