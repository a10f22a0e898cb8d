-- limit: count one more, unless that would be too fast (generic cell rate algorithm, ITU-T I.371).
--
-- KEYS[1]  STRING  codau:{limit:<site>:<digest>:<per_s>}   theoretical arrival time, unix ms
-- ARGV[1]  now, unix ms
-- ARGV[2]  ms between two that keep to the rate
-- ARGV[3]  how many may come at once
--
-- Returns  0 when it may pass, else after how many ms it may.

local now, gap, burst = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local due = math.max(tonumber(redis.call("GET", KEYS[1]) or now), now)
local early = due + gap - burst * gap - now
if early > 0 then
  return math.ceil(early)
end
redis.call("SET", KEYS[1], due + gap, "PX", math.ceil(due + gap - now))
return 0
