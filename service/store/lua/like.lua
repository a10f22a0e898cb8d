#!lua flags=allow-oom
-- like: enter a comment under one band of its fingerprint, and tell which others are there, latest first.
--
-- KEYS[1]  ZSET  codau:{like:<site>:<band>}   score: written, unix ms
-- ARGV[1]  id
-- ARGV[2]  when it was written, unix ms
-- ARGV[3]  for how long a text is remembered, ms
-- ARGV[4]  how many others to tell at most
--
-- Returns  1 if it was not there before, else 0; then the others' ids. Entered again, it changes nothing.

local new = redis.call("ZADD", KEYS[1], ARGV[2], ARGV[1])
redis.call("ZREMRANGEBYSCORE", KEYS[1], "-inf", ARGV[2] - ARGV[3])
redis.call("PEXPIRE", KEYS[1], ARGV[3])
local found = { new }
for _, id in ipairs(redis.call("ZRANGE", KEYS[1], 0, ARGV[4], "REV")) do
  if id ~= ARGV[1] then
    found[#found + 1] = id
  end
end
return found
