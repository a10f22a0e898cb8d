#!lua flags=allow-oom
-- claim: give pending comments that nobody holds to one moderator, for a time by the server's clock.
--
-- KEYS[1]  ZSET    codau:{<p>}:claimed:<site>:<key id>   what the moderator holds; score: until, unix ms
-- then two for each comment:
--   +1  STRING  codau:{<p>}:comment:<site>:<id>
--   +2  STRING  codau:{<p>}:claim:<site>:<id>            "<key id> <until> <name>"; expires with the lease
-- ARGV[1]  the moderator's key id
-- ARGV[2]  the moderator's name
-- ARGV[3]  how long, ms
-- then one for each comment: its id
--
-- Returns  one integer for each comment: 1 claimed, 0 another holds it or it does not wait any more.

local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local until_ms = string.format("%d", now + ARGV[3])
local claimed = {}
for i = 1, #ARGV - 3 do
  local _, state = header_at(KEYS[i * 2])
  claimed[i] = 0
  if state == "pending" then
    local value = ARGV[1] .. " " .. until_ms .. " " .. ARGV[2]
    if redis.call("SET", KEYS[i * 2 + 1], value, "NX", "PX", ARGV[3]) then
      redis.call("ZADD", KEYS[1], until_ms, ARGV[i + 3])
      claimed[i] = 1
    end
  end
end
redis.call("ZREMRANGEBYSCORE", KEYS[1], "-inf", now)
if redis.call("PTTL", KEYS[1]) < tonumber(ARGV[3]) then
  redis.call("PEXPIRE", KEYS[1], ARGV[3])
end
return claimed
