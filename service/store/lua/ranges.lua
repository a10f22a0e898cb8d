#!lua flags=no-writes
-- ranges: how long each of many lists is, and its next entries.
--
-- KEYS     ZSET each; on a cluster one
-- ARGV[1]  "oldest": the lowest score first; or "newest"
-- ARGV[2]  how many entries of each, at most
-- ARGV[3]  the score of the place behind which to begin, or ""
--
-- Returns  for each list: {its length, id, score, id, score, …}. What has the very score of that place comes first,
--          all of it, since scores do not tell what lies before the place.

local newest, most, place = ARGV[1] == "newest", ARGV[2], ARGV[3]

local function entries(key, low, high, from, count)
  if newest then
    return redis.call("ZRANGE", key, high, low, "BYSCORE", "REV", "LIMIT", from, count, "WITHSCORES")
  end
  return redis.call("ZRANGE", key, low, high, "BYSCORE", "LIMIT", from, count, "WITHSCORES")
end

local function add(told, found)
  for _, part in ipairs(found) do
    told[#told + 1] = part
  end
end

local function range(key)
  local told, low, high = { redis.call("ZCARD", key) }, "-inf", "+inf"
  if place ~= "" then
    add(told, entries(key, place, place, 0, -1))
    low, high = newest and low or "(" .. place, newest and "(" .. place or high
  end
  add(told, entries(key, low, high, 0, most))
  return told
end

local told = {}
for i, key in ipairs(KEYS) do
  told[i] = range(key)
end
return told
