#!lua flags=allow-oom
-- commit: store what became of comments of one partition, each if it is still at the version that was read.
--
-- One call commits any number of steps; each stands or falls alone. May run out of memory's reach: decisions and
-- verdicts must go on when nothing new is taken in.
--
-- KEYS[1]  STREAM  codau:{<p>}:queue
-- KEYS[2]  STREAM  codau:{<p>}:events
-- then eight for each step:
--   +1  STRING  codau:{<p>}:comment:<site>:<id>
--   +2  STRING  codau:{<p>}:comment:<site>:<root>   the one at the top of its thread; itself, if it is that
--   +3  ZSET    codau:{<p>}:state:<site>:<from>
--   +4  ZSET    codau:{<p>}:state:<site>:<to>
--   +5  ZSET    codau:{<p>}:risk:<site>
--   +6  HASH    codau:{<p>}:thread:<site>:<thread>
--   +7  ZSET    codau:{<p>}:top:<site>:<thread>
--   +8  ZSET    codau:{<p>}:replies:<site>:<root>
-- ARGV[1]  the oldest event to keep, unix ms
-- then fourteen for each step:
--   +1  the version that was read; "0": the comment is new
--   +2  the record as it shall be, JSON
--   +3  site
--   +4  id
--   +5  id of the root
--   +6  the new state
--   +7  its score in the new state's index, unix ms
--   +8  its risk, or "" unless it is pending now
--   +9  the event's type, or ""
--   +10 "1" if it was published, else ""
--   +11 its place in the thread if it is published now, unix ms, else ""
--   +12 the root's place, should it have to stand as a tombstone, unix ms
--   +13 the queue's entry that this step does away with, or ""
--   +14 the channel on which somebody waits for the verdict, or ""
--
-- Returns  one integer for each step: 1 committed, 0 the comment is at another version (the queue's entry is
--          gone all the same: a verdict on another revision is worth nothing).

local function header(record)
  if not record then
    return "0", ""
  end
  return record:match('^{"version":(%d+),"state":"(%a+)"')
end

local function place_in_thread(key, arg)
  local was, place = ARGV[arg + 10] ~= "", ARGV[arg + 11]
  local id, root = ARGV[arg + 4], ARGV[arg + 5]
  local thread, top, replies = KEYS[key + 6], KEYS[key + 7], KEYS[key + 8]
  if not was and place == "" then
    return
  end
  redis.call("HINCRBY", thread, "version", 1)
  if was ~= (place ~= "") then
    redis.call("HINCRBY", thread, "count", was and -1 or 1)
  end
  if place ~= "" then
    redis.call("ZADD", id == root and top or replies, place, id)
    if id ~= root then
      redis.call("ZADD", top, "NX", ARGV[arg + 12], root)
    end
    return
  end
  if id ~= root then
    redis.call("ZREM", replies, id)
  end
  local _, state = header(redis.call("GET", KEYS[key + 2]))
  if state ~= "published" and redis.call("ZCARD", replies) == 0 then
    redis.call("ZREM", top, root)
  end
end

local function enqueue(arg, version)
  local name = ARGV[arg + 3] .. " " .. ARGV[arg + 4] .. " " .. version
  if ARGV[arg + 14] ~= "" then
    redis.call("XADD", KEYS[1], "*", "c", name, "w", ARGV[arg + 14])
  else
    redis.call("XADD", KEYS[1], "*", "c", name)
  end
end

local function index(key, arg)
  local id = ARGV[arg + 4]
  if KEYS[key + 3] ~= KEYS[key + 4] then
    redis.call("ZREM", KEYS[key + 3], id)
  end
  redis.call("ZADD", KEYS[key + 4], ARGV[arg + 7], id)
  if ARGV[arg + 8] ~= "" then
    redis.call("ZADD", KEYS[key + 5], ARGV[arg + 8], id)
  else
    redis.call("ZREM", KEYS[key + 5], id)
  end
end

local function step(key, arg)
  local version = header(redis.call("GET", KEYS[key + 1]))
  if version ~= ARGV[arg + 1] then
    return 0
  end
  redis.call("SET", KEYS[key + 1], ARGV[arg + 2])
  index(key, arg)
  place_in_thread(key, arg)
  local now = header(ARGV[arg + 2])
  if ARGV[arg + 6] == "queued" then
    enqueue(arg, now)
  end
  if ARGV[arg + 9] ~= "" then
    local told = ARGV[arg + 9] .. " " .. ARGV[arg + 3] .. " " .. ARGV[arg + 4] .. " " .. now
    redis.call("XADD", KEYS[2], "MINID", "~", ARGV[1], "*", "e", told)
  end
  return 1
end

local results = {}
for i = 0, (#KEYS - 2) / 8 - 1 do
  local key, arg = 2 + i * 8, 1 + i * 14
  results[i + 1] = step(key, arg)
  local entry = ARGV[arg + 13]
  if entry ~= "" then
    redis.call("XACK", KEYS[1], "validators", entry)
    redis.call("XDEL", KEYS[1], entry)
  end
end
return results
