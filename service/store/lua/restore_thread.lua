-- restore_thread: bring back what a website said of an article, unless it has said something since.
--
-- KEYS[1]  HASH  codau:{<p>}:thread:<site>:<thread>
-- ARGV[1]  the `revision` it had
-- ARGV[2…] field, value, …; a value of "" is a field that was not there
--
-- Returns  1 if anything changed, else 0. Of an article of which as much was said here, a title or address that
--          is not known here is filled in: those also come with comments, without a revision.

local here, there = tonumber(redis.call("HGET", KEYS[1], "revision") or 0), tonumber(ARGV[1])
local changed = 0
for i = 2, #ARGV, 2 do
  local field, value = ARGV[i], ARGV[i + 1]
  if here < there and value == "" then
    changed = redis.call("HDEL", KEYS[1], field) + changed
  elseif here < there then
    redis.call("HSET", KEYS[1], field, value)
  elseif here == there and value ~= "" and (field == "title" or field == "url") then
    changed = redis.call("HSETNX", KEYS[1], field, value) + changed
  end
end
if here < there then
  redis.call("HSET", KEYS[1], "revision", there)
  return 1
end
return math.min(changed, 1)
