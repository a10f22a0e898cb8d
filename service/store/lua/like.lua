#!lua flags=allow-oom
-- like: enter a comment under bands of its fingerprint, and tell which others are there, latest first.
--
-- KEYS     ZSET  codau:{like:<site>:<band>}   score: written, unix ms; on a cluster one, each is in its own slot
-- ARGV[1]  id
-- ARGV[2]  when it was written, unix ms
-- ARGV[3]  for how long a text is remembered, ms
-- ARGV[4]  how many others to tell at most
--
-- Returns  for each band: {1 if it was not there before, else 0, then the others' ids}. Entered again, it changes
--          nothing.

local function enter(band)
  local new = redis.call("ZADD", band, ARGV[2], ARGV[1])
  redis.call("ZREMRANGEBYSCORE", band, "-inf", ARGV[2] - ARGV[3])
  redis.call("PEXPIRE", band, ARGV[3])
  local told = { new }
  for _, id in ipairs(redis.call("ZRANGE", band, 0, ARGV[4], "REV")) do
    if id ~= ARGV[1] then
      told[#told + 1] = id
    end
  end
  return told
end

local told = {}
for i, band in ipairs(KEYS) do
  told[i] = enter(band)
end
return told
