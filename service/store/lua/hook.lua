-- hook: keep, change or remove a webhook if it is still as it was read, and grow the epoch of the site's.
--
-- KEYS[1]  HASH    codau:{hooks:<site>}:hooks
-- KEYS[2]  STRING  codau:{hooks:<site>}:epoch
-- KEYS[3]  HASH    codau:{hooks:<site>}:<hook>:taken
-- KEYS[4…] all else that is kept for this webhook; removed with it
-- ARGV[1]  id
-- ARGV[2]  JSON as it was read, or "": there was none
-- ARGV[3]  JSON as it shall be, or "" to remove it
-- ARGV[4]  how many webhooks a site may have
-- ARGV[5…] of a new one: partition, the event after which it begins, …
--
-- Returns  1; 0 when it is not as it was read, -1 when the site has as many as it may: nothing changed then.

if (redis.call("HGET", KEYS[1], ARGV[1]) or "") ~= ARGV[2] then
  return 0
end
if ARGV[3] == "" then
  redis.call("HDEL", KEYS[1], ARGV[1])
  redis.call("INCR", KEYS[2])
  for i = 3, #KEYS do
    redis.call("UNLINK", KEYS[i])
  end
  return 1
end
if ARGV[2] == "" and redis.call("HLEN", KEYS[1]) >= tonumber(ARGV[4]) then
  return -1
end
redis.call("HSET", KEYS[1], ARGV[1], ARGV[3])
redis.call("INCR", KEYS[2])
for i = 5, #ARGV, 2 do
  redis.call("HSET", KEYS[3], ARGV[i], ARGV[i + 1])
end
return 1
