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

local function enter(band, id, at, kept)
  local new = redis.call("ZADD", band, at, id)
  redis.call("PEXPIRE", band, kept)
  local latest = redis.call("ZRANGE", band, 0, ARGV[1], "REV")
  if #latest > 1 and redis.call("ZREMRANGEBYSCORE", band, "-inf", at - kept) > 0 then
    latest = redis.call("ZRANGE", band, 0, ARGV[1], "REV")
  end
  local told = { new }
  for _, other in ipairs(latest) do
    if other ~= id then
      told[#told + 1] = other
    end
  end
  return told
end

local told, arg = {}, 1
while arg < #ARGV do
  for _ = 1, tonumber(ARGV[arg + 4]) do
    told[#told + 1] = enter(KEYS[#told + 1], ARGV[arg + 1], ARGV[arg + 2], ARGV[arg + 3])
  end
  arg = arg + 4
end
return told
