#!lua flags=no-writes
-- fields: the same fields of many hashes.
--
-- KEYS     HASH each; on a cluster one
-- ARGV     fields
--
-- Returns  for each key: the values in their order, nil for what is not there.

local told = {}
for i, key in ipairs(KEYS) do
  told[i] = redis.call("HMGET", key, unpack(ARGV))
end
return told
