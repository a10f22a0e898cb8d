-- count: add what events of one site and partition come to, each event once, however often they are sent.
--
-- KEYS[1]  HASH  codau:{stats:<site>}:counted       partition → the last event that is counted
-- KEYS[2…] HASH  codau:{stats:<site>}:day:<date>    figure → how many
-- ARGV[1]  partition
-- ARGV[2]  how long a day is kept from its last figure on, s
-- then for each event, the oldest first:
--   +1  where it is in the partition's stream, "<ms>-<seq>"
--   +2  how many figures follow
--   then for each: the number of its day's key, the figure, by how much it grows
--
-- Returns  how many events were counted: those behind the last one that was before.

local function behind(place, last)
  local ms, seq = place:match("^(%d+)-(%d+)$")
  local last_ms, last_seq = last:match("^(%d+)-(%d+)$")
  ms, last_ms = tonumber(ms), tonumber(last_ms)
  return ms > last_ms or (ms == last_ms and tonumber(seq) > tonumber(last_seq))
end

local last = redis.call("HGET", KEYS[1], ARGV[1]) or "0-0"
local counted, grown, at = 0, {}, 3
while at <= #ARGV do
  local place, figures = ARGV[at], tonumber(ARGV[at + 1])
  if behind(place, last) then
    for i = at + 2, at + figures * 3 - 1, 3 do
      local day = KEYS[tonumber(ARGV[i])]
      redis.call("HINCRBY", day, ARGV[i + 1], ARGV[i + 2])
      grown[day] = true
    end
    last, counted = place, counted + 1
  end
  at = at + 2 + figures * 3
end
if counted > 0 then
  redis.call("HSET", KEYS[1], ARGV[1], last)
end
for day in pairs(grown) do
  redis.call("EXPIRE", day, ARGV[2])
end
return counted
