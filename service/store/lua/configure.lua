-- configure: change sites and keys if nobody has changed any since they were read, and tell every process.
--
-- KEYS[1]  STRING  codau:{config}:epoch
-- KEYS[2]  HASH    codau:{config}:sites
-- KEYS[3]  HASH    codau:{config}:keys
-- ARGV[1]  the epoch at which they were read
-- ARGV[2]  "site" or "key"
-- ARGV[3]  field: the site's id, or the key's digest
-- ARGV[4]  JSON, or "" to remove it
--
-- Returns  the new epoch, or 0 when ARGV[1] is not the current one; nothing changed then.

if (redis.call("GET", KEYS[1]) or "0") ~= ARGV[1] then
  return 0
end
local hash = ARGV[2] == "site" and KEYS[2] or KEYS[3]
if ARGV[4] == "" then
  redis.call("HDEL", hash, ARGV[3])
else
  redis.call("HSET", hash, ARGV[3], ARGV[4])
end
return redis.call("INCR", KEYS[1])
