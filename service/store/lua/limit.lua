-- limit: count one more, unless so many have passed in the time before.
--
-- KEYS[1]  LIST    codau:{limit:<site>:<digest>:<per_s>}   when the last ones passed, unix ms by this server
-- KEYS[2]  STRING  codau:{limit:<site>:<digest>:<per_s>}:<digest>   the request; unused when ARGV[3] is ""
-- ARGV[1]  how many may pass
-- ARGV[2]  in which time, ms
-- ARGV[3]  for how long the same request passes again without being counted, ms; "" when it has no name
--
-- Returns  0 when it may pass, else after how many ms it may.

if ARGV[3] ~= "" and redis.call("EXISTS", KEYS[2]) == 1 then
  return 0
end

local count, per = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local oldest = tonumber(redis.call("LINDEX", KEYS[1], -count) or "")
if oldest and oldest > now then -- the clock went back: what it said before tells nothing
  redis.call("DEL", KEYS[1])
elseif oldest and oldest + per > now then
  return oldest + per - now
end
redis.call("RPUSH", KEYS[1], now)
redis.call("LTRIM", KEYS[1], -count, -1)
redis.call("PEXPIRE", KEYS[1], per)
if ARGV[3] ~= "" then
  redis.call("SET", KEYS[2], "1", "PX", ARGV[3])
end
return 0
