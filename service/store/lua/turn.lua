-- turn: have a turn to oneself for some time more.
--
-- KEYS[1]  STRING  who has it; expires soon after its process
-- ARGV[1]  who asks
-- ARGV[2]  for how long, ms
--
-- Returns  1, or 0 where another has it. One that lasts for longer than it is given was given before the server's
--          clock went back: its owner is left that time to ask again.

local owner = redis.call("GET", KEYS[1])
if not owner or owner == ARGV[1] then
  redis.call("SET", KEYS[1], ARGV[1], "PX", ARGV[2])
  return 1
end
if redis.call("PTTL", KEYS[1]) > tonumber(ARGV[2]) then
  redis.call("PEXPIRE", KEYS[1], ARGV[2])
end
return 0
