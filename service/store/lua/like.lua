#!lua flags=allow-oom
-- like: enter comments under the bands of their fingerprints, and tell which others are there, latest first.
--
-- KEYS     ZSET  codau:{like:<site>:<band>}   score: written, unix ms; on a cluster one, each is in its own slot
-- ARGV[1]  how many others to tell at most
-- then for each comment, in the order of their bands:
--   +1  id
--   +2  when it was written, unix ms
--   +3  for how long a text is remembered, ms
--   +4  how many of the keys are its bands
--
-- Returns  for each band: {1 if it was not there before, else 0, then the others' ids}. Entered again, it changes
--          nothing.

local SPARE = 1 / 8 -- of that time a band is kept longer, and not looked after again meanwhile

local most = ARGV[1] + 1

-- Let a band live as long as it must, and drop what is too old of one that goes on.
local function look_after(band, alone, kept, oldest)
  local longer = string.format("%d", kept * (1 + SPARE))
  if alone and redis.call("PEXPIRE", band, longer, "NX") == 1 then
    return
  end
  if redis.call("PTTL", band) < kept then
    redis.call("PEXPIRE", band, longer)
    redis.call("ZREMRANGEBYSCORE", band, "-inf", oldest)
  end
end

local function enter(band, id, at, kept, oldest)
  local new = redis.call("ZADD", band, at, id)
  local told = redis.call("ZRANGE", band, "+inf", "(" .. oldest, "BYSCORE", "REV", "LIMIT", 0, most)
  look_after(band, #told == 1, kept, oldest)
  for place, other in ipairs(told) do
    if other == id then
      table.remove(told, place)
      break
    end
  end
  table.insert(told, 1, new)
  return told
end

local told, arg = {}, 1
while arg < #ARGV do
  local id, at, kept = ARGV[arg + 1], ARGV[arg + 2], tonumber(ARGV[arg + 3])
  local oldest = string.format("%d", at - kept)
  for _ = 1, tonumber(ARGV[arg + 4]) do
    told[#told + 1] = enter(KEYS[#told + 1], id, at, kept, oldest)
  end
  arg = arg + 4
end
return told
