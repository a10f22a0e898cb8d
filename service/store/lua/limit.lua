-- limit: count one more, unless that would be too fast (generic cell rate algorithm, ITU-T I.371).
--
-- KEYS[1]  STRING  codau:{limit:<site>:<digest>:<per_s>}   theoretical arrival time, unix ms
-- KEYS[2]  STRING  codau:{limit:<site>:<digest>:<per_s>}:<digest>   the request; unused when ARGV[4] is ""
-- ARGV[1]  now, unix ms
-- ARGV[2]  ms between two that keep to the rate
-- ARGV[3]  how many may come at once
-- ARGV[4]  for how long the same request passes again without being counted, ms; "" when it has no name
--
-- Returns  0 when it may pass, else after how many ms it may.

if ARGV[4] ~= "" and redis.call("EXISTS", KEYS[2]) == 1 then
  return 0
end

local now, gap, burst = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local due = math.max(tonumber(redis.call("GET", KEYS[1]) or now), now)
local early = due + gap - burst * gap - now
if early > 0 then
  return math.ceil(early)
end
redis.call("SET", KEYS[1], due + gap, "PX", math.ceil(due + gap - now))
if ARGV[4] ~= "" then
  redis.call("SET", KEYS[2], "1", "PX", ARGV[4])
end
return 0
