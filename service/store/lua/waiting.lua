#!lua flags=no-writes
-- waiting: of many lists of one slot, how much is in each and since when the first of it is.
--
-- KEYS     ZSET each, by unix ms
--
-- Returns  two entries for each key: its length, and the score of its first entry or "" with none.

local found = {}
for _, key in ipairs(KEYS) do
  local first = redis.call("ZRANGE", key, 0, 0, "WITHSCORES")
  table.insert(found, redis.call("ZCARD", key))
  table.insert(found, first[2] or "")
end
return found
