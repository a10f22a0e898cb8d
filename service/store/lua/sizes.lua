#!lua flags=no-writes
-- sizes: the lengths of many lists of one partition, in one call.
--
-- KEYS     ZSET each
--
-- Returns  one integer for each key.

local sizes = {}
for i, key in ipairs(KEYS) do
  sizes[i] = redis.call("ZCARD", key)
end
return sizes
