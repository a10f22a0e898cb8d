#!lua flags=allow-oom
-- commit: store what became of comments, each if it is still at the version that was read.
--
-- One call commits any number of steps; each stands or falls alone. May run out of memory's reach: decisions and
-- verdicts must go on when nothing new is taken in.
--
-- KEYS for each partition, of which a cluster has one in a call:
--   STREAM  codau:{<p>}:queue
--   STREAM  codau:{<p>}:events
--   STRING  codau:{<p>}:erased
-- and then for each of its steps:
--   +1  STRING  codau:{<p>}:comment:<site>:<id>
--   +2  STRING  codau:{<p>}:comment:<site>:<root>   the one at the top of its thread; itself, if it is that
--   +3  STRING  codau:{<p>}:comment:<site>:<id>     what it answers; unused when ARGV +15 is ""
--   +4  STRING  codau:{<p>}:claim:<site>:<id>       gone when it waits no longer
--   +5  HASH    codau:{<p>}:thread:<site>:<thread>
--   +6  ZSET    codau:{<p>}:top:<site>:<thread>
--   +7  ZSET    codau:{<p>}:replies:<site>:<root>
--   …   ZSET    each list that it leaves, then each in which it stands from now on, or elsewhere than before
-- ARGV[1]  how long events are kept, ms
-- then for each partition how many steps it has, and for each of these:
--   +1  the version that was read; "0": the comment is new
--   +2  the record as it shall be
--   +3  site
--   +4  id
--   +5  id of the root
--   +6  "1" to queue it for a verdict, else ""
--   +7  the event's type, or ""
--   +8  "1" if it was published, else ""; "" too where nothing changes of what it shows
--   +9  its place in the thread if it is published now, unix ms, else ""; likewise
--   +10 the root's place, should it have to stand as a tombstone, unix ms
--   +11 the queue's entry that this step does away with, or ""
--   +12 the channel on which somebody waits for the verdict, or ""; who waits is told of a step that queues nothing
--   +13 how many lists it leaves
--   +14 in how many it stands from now on, or elsewhere
--   +15 "1" if what it answers must be published, else ""
--   +16 the key id of whoever acts, whom another's claim stops, or ""
--   +17 "1" if it takes out what the append-only file must not keep either, else ""
--   …   its score in each list
--
-- Returns  one integer for each step: 1 committed, 0 the comment is at another version, -1 another has claimed
--          it, -2 what it answers is not published. The queue's entry is gone all the same: a verdict on another
--          revision is worth nothing.

local KEYS_OF_A_STEP, ARGS_OF_A_STEP = 7, 17
local queue, events, erased

local function refusal(key, arg, version)
  if version ~= ARGV[arg + 1] then
    return 0
  end
  if ARGV[arg + 16] ~= "" then
    local claim = redis.call("GET", KEYS[key + 4])
    if claim and claim:match("^%S+") ~= ARGV[arg + 16] then
      return -1
    end
  end
  if ARGV[arg + 15] ~= "" and select(2, header_at(KEYS[key + 3])) ~= "published" then
    return -2
  end
end

local time = redis.call("TIME")

-- A thread's version grows with each change and is never met again with other content, not after a crash or from
-- a backup either: it is the time, in µs.
local function renew(thread)
  local now, before = time[1] * 1000000 + time[2], redis.call("HGET", thread, "version") or 0
  redis.call("HSET", thread, "version", string.format("%d", math.max(now, before + 1)))
end

local function place_in_thread(key, arg)
  local was, place = ARGV[arg + 8] ~= "", ARGV[arg + 9]
  local id, root = ARGV[arg + 4], ARGV[arg + 5]
  local thread, top, replies = KEYS[key + 5], KEYS[key + 6], KEYS[key + 7]
  if not was and place == "" then
    return
  end
  renew(thread)
  if was ~= (place ~= "") then
    redis.call("HINCRBY", thread, "count", was and -1 or 1)
  end
  if place ~= "" then
    redis.call("ZADD", id == root and top or replies, place, id)
    if id ~= root then
      redis.call("ZADD", top, "NX", ARGV[arg + 10], root)
    end
    return
  end
  if id ~= root then
    redis.call("ZREM", replies, id)
  end
  if select(2, header_at(KEYS[key + 2])) ~= "published" and redis.call("ZCARD", replies) == 0 then
    redis.call("ZREM", top, root)
  end
end

local function enqueue(arg, version)
  local name = ARGV[arg + 3] .. " " .. ARGV[arg + 4] .. " " .. version
  if ARGV[arg + 12] ~= "" then
    redis.call("XADD", queue, "*", "c", name, "w", ARGV[arg + 12])
  else
    redis.call("XADD", queue, "*", "c", name)
  end
end

local function list(key, arg)
  local id, left, stands = ARGV[arg + 4], tonumber(ARGV[arg + 13]), tonumber(ARGV[arg + 14])
  for i = 1, left do
    redis.call("ZREM", KEYS[key + KEYS_OF_A_STEP + i], id)
  end
  for i = 1, stands do
    redis.call("ZADD", KEYS[key + KEYS_OF_A_STEP + left + i], ARGV[arg + ARGS_OF_A_STEP + i], id)
  end
end

local oldest = string.format("%d", time[1] * 1000 - ARGV[1])

local function step(key, arg)
  local version, was = header_at(KEYS[key + 1])
  local refused = refusal(key, arg, version)
  if refused then
    return refused
  end
  redis.call("SET", KEYS[key + 1], ARGV[arg + 2])
  local now, stands = header(ARGV[arg + 2])
  if was == "pending" and stands ~= "pending" then
    redis.call("DEL", KEYS[key + 4])
  end
  list(key, arg)
  place_in_thread(key, arg)
  if ARGV[arg + 17] ~= "" then
    redis.call("INCR", erased)
  end
  if ARGV[arg + 6] ~= "" then
    enqueue(arg, now)
  end
  if ARGV[arg + 7] ~= "" then
    local told = ARGV[arg + 7] .. " " .. ARGV[arg + 3] .. " " .. ARGV[arg + 4] .. " " .. now
    redis.call("XADD", events, "MINID", "~", oldest, "*", "e", told)
  end
  return 1
end

local results, key, arg = {}, 0, 1

local function commit(steps)
  local done = {}
  for _ = 1, steps do
    results[#results + 1] = step(key, arg)
    if ARGV[arg + 11] ~= "" then
      done[#done + 1] = ARGV[arg + 11]
    end
    if ARGV[arg + 12] ~= "" and ARGV[arg + 6] == "" then
      redis.call("PUBLISH", ARGV[arg + 12], ARGV[arg + 4])
    end
    local left, stands = tonumber(ARGV[arg + 13]), tonumber(ARGV[arg + 14])
    key, arg = key + KEYS_OF_A_STEP + left + stands, arg + ARGS_OF_A_STEP + stands
  end
  if #done > 0 then
    redis.call("XACK", queue, "validators", unpack(done))
    redis.call("XDEL", queue, unpack(done))
  end
end

while arg < #ARGV do
  local steps = tonumber(ARGV[arg + 1])
  queue, events, erased = KEYS[key + 1], KEYS[key + 2], KEYS[key + 3]
  key, arg = key + 3, arg + 1
  commit(steps)
end
return results
