-- intake: all of taking a comment in, in one step: is the caller's view of the keys current, is it a repeat, may
-- it pass, and then as `submit` does it. For one server; its keys have several tags.
--
-- KEYS[1] to KEYS[7], ARGV[1] to ARGV[14]  see _submit.lua
-- KEYS[8]  STRING  codau:{config}:epoch
-- KEYS[9…] STRING  codau:{limit:<site>:<digest>}   one for each limit, the narrowest first; see _limit.lua
-- ARGV[15] the epoch that the caller knows
-- then for each limit:
--   +1  how many may pass
--   +2  in which time, µs
--
-- Returns  {id}, another than ARGV[3], for a repeated request, which no limit counts; else {id, and for each
--          limit: how many may pass behind it, in how many ms one more may}.
--          {err}: stale_epoch, what submit says, or rate_limited <which limit, from 1> <in how many ms it may>.
--          What one limit refuses counts under none. What passes counts, even where the thread then refuses it.

if (redis.call("GET", KEYS[8]) or "0") ~= ARGV[15] then
  return { err = "stale_epoch" }
end
local known = recognised()
if known then
  return type(known) == "table" and known or { known }
end

local now = microseconds()
local answer, wholes = { ARGV[3] }, {}
for i = 1, #KEYS - 8 do
  local whole, left, wait = looked_at(KEYS[8 + i], tonumber(ARGV[14 + 2 * i]), tonumber(ARGV[15 + 2 * i]), now)
  if not whole then
    return { err = "rate_limited " .. i .. " " .. left }
  end
  wholes[i], answer[2 * i], answer[2 * i + 1] = whole, left, wait
end
for i, whole in ipairs(wholes) do
  keep(KEYS[8 + i], whole, now)
end
return take_in(math.floor(now / 1000)) or answer
