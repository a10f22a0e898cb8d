-- restore: bring comments of one partition back from an export, each unless there is one of its id already.
--
-- Indexes, counts and the tree become what the steps of their lives made of them. No event: followers are told of
-- what happens, not of what is carried. Order does not matter: a reply may come before the comment it answers.
--
-- KEYS[1]  STREAM  codau:{<p>}:queue
-- then for each comment:
--   +1  STRING  codau:{<p>}:comment:<site>:<id>
--   +2  HASH    codau:{<p>}:thread:<site>:<thread>
--   +3  ZSET    codau:{<p>}:top:<site>:<thread>
--   +4  ZSET    codau:{<p>}:replies:<site>:<root>   below the one at the top; below itself, if it is that
--   …   ZSET    each list that it stands in
-- ARGV, for each comment:
--   +1  the record
--   +2  site
--   +3  id
--   +4  id of the root
--   +5  its version if it waits for a verdict, else ""
--   +6  its place in the thread if it is published, unix ms, else ""
--   +7  the root's place, should it have to stand as a tombstone, unix ms
--   +8  in how many lists it stands
--   …   its score in each of those
--
-- Returns  one integer for each comment: 1 restored, 0 there is one of its id; nothing changed then.

local time = redis.call("TIME")

-- A thread's version grows with each change and is never met again with other content, not after a crash or from
-- a backup either: it is the time, in µs.
local function renew(thread)
  local now, before = time[1] * 1000000 + time[2], redis.call("HGET", thread, "version") or 0
  redis.call("HSET", thread, "version", string.format("%d", math.max(now, before + 1)))
end

local function place_in_thread(key, arg)
  local id, root, place = ARGV[arg + 3], ARGV[arg + 4], ARGV[arg + 6]
  local thread, top, replies = KEYS[key + 2], KEYS[key + 3], KEYS[key + 4]
  if place ~= "" then
    redis.call("HINCRBY", thread, "count", 1)
    redis.call("ZADD", id == root and top or replies, place, id)
    if id ~= root then
      redis.call("ZADD", top, "NX", ARGV[arg + 7], root)
    end
  end
  if place ~= "" or redis.call("EXISTS", replies) == 1 then -- it may be the tombstone above a published reply
    renew(thread)
  end
end

local function restore(key, arg)
  if not redis.call("SET", KEYS[key + 1], ARGV[arg + 1], "NX") then
    return 0
  end
  local id = ARGV[arg + 3]
  for i = 1, tonumber(ARGV[arg + 8]) do
    redis.call("ZADD", KEYS[key + 4 + i], ARGV[arg + 8 + i], id)
  end
  place_in_thread(key, arg)
  if ARGV[arg + 5] ~= "" then
    redis.call("XADD", KEYS[1], "*", "c", ARGV[arg + 2] .. " " .. id .. " " .. ARGV[arg + 5])
  end
  return 1
end

local results = {}
local key, arg = 1, 0
while arg < #ARGV do
  results[#results + 1] = restore(key, arg)
  local stands = tonumber(ARGV[arg + 8])
  key, arg = key + 4 + stands, arg + 8 + stands
end
return results
