-- limit: let one more pass under a limit, or say how long to wait.
--
-- KEYS[1]  STRING  codau:{limit:<site>:<digest>}   see _limit.lua
-- KEYS[2]  STRING  codau:{limit:<site>:<digest>}:<digest>   the request; unused when ARGV[3] is ""
-- ARGV[1]  how many may pass
-- ARGV[2]  in which time, µs
-- ARGV[3]  for how long the same request passes again without being counted, ms; "" when it has no name
--
-- Returns  {1, how many may pass behind it, in how many ms one more may};
--          {0, 0, in how many ms this one may}: nothing changed then;
--          {} for a request that has passed before.

if ARGV[3] ~= "" and redis.call("EXISTS", KEYS[2]) == 1 then
  return {}
end

local now = microseconds()
local whole, left, wait = looked_at(KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), now)
if not whole then
  return { 0, 0, left }
end
keep(KEYS[1], whole, now)
if ARGV[3] ~= "" then
  redis.call("SET", KEYS[2], "1", "PX", ARGV[3])
end
return { 1, left, wait }
