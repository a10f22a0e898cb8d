-- How a comment is taken in, in front of every script that does it: its record, its place in the queue and the
-- event, or nothing.
--
-- KEYS[1]  STRING  codau:{<p>}:comment:<site>:<id>         the new comment
-- KEYS[2]  STRING  codau:{<p>}:repeat:<site>:<digest>      its idempotency key; unused when ARGV[6] is ""
-- KEYS[3]  STRING  codau:{<p>}:comment:<site>:<id>         what it answers; unused when ARGV[8] is ""
-- KEYS[4]  HASH    codau:{<p>}:thread:<site>:<thread>
-- KEYS[5]  ZSET    codau:{<p>}:list:<site>:queued:         score: created, unix ms
-- KEYS[6]  STREAM  codau:{<p>}:queue
-- KEYS[7]  STREAM  codau:{<p>}:events
-- ARGV[1]  the record
-- ARGV[2]  site
-- ARGV[3]  id
-- ARGV[4]  now, unix ms
-- ARGV[5]  the channel on which somebody waits for the verdict, or ""
-- ARGV[6]  digest of the request, or "" without an idempotency key
-- ARGV[7]  how long the idempotency key is kept, ms
-- ARGV[8]  "1" for a reply
-- ARGV[9]  length of the body, code points
-- ARGV[10] shortest body the site takes
-- ARGV[11] longest body the site takes
-- ARGV[12] title of the article, or ""
-- ARGV[13] its URL, or ""
-- ARGV[14] how long an event is kept by this server's clock, ms

-- Returns  the id under which the comment is stored already: another than ARGV[3] for a repeated request; or nil
--          where it is new, or {err}: idempotency_conflict.
local function recognised()
  if ARGV[6] ~= "" then
    local known = redis.call("GET", KEYS[2])
    if known then
      local id, digest = known:match("^(%S+) (%S+)$")
      if digest ~= ARGV[6] then
        return { err = "idempotency_conflict" }
      end
      return id
    end
  end
  if redis.call("EXISTS", KEYS[1]) == 1 then
    return ARGV[3]
  end
end

local function refused_for_length(thread)
  local length = tonumber(ARGV[9])
  local shortest = math.max(tonumber(ARGV[10]), tonumber(thread[2] or 0))
  local longest = math.min(tonumber(ARGV[11]), tonumber(thread[3] or ARGV[11]))
  if shortest > longest then -- the site's policy has changed since: its range holds, as it does for revisions
    shortest, longest = tonumber(ARGV[10]), tonumber(ARGV[11])
  end
  if length < shortest or length > longest then
    return { err = "invalid_length " .. shortest .. " " .. longest }
  end
end

local function refused(thread)
  if thread[1] == "0" then
    return { err = "thread_closed" }
  end
  if ARGV[8] ~= "" then
    local _, parent = header_at(KEYS[3])
    if parent ~= "published" then
      return { err = "invalid_parent" }
    end
  end
  return refused_for_length(thread)
end

local function say_of_the_article(thread)
  if ARGV[12] ~= "" and ARGV[12] ~= thread[4] then
    redis.call("HSET", KEYS[4], "title", ARGV[12])
  end
  if ARGV[13] ~= "" and ARGV[13] ~= thread[5] then
    redis.call("HSET", KEYS[4], "url", ARGV[13])
  end
end

local function store(now_ms)
  redis.call("SET", KEYS[1], ARGV[1])
  redis.call("ZADD", KEYS[5], ARGV[4], ARGV[3])
  local name = ARGV[2] .. " " .. ARGV[3] .. " 1"
  if ARGV[5] ~= "" then
    redis.call("XADD", KEYS[6], "*", "c", name, "w", ARGV[5])
  else
    redis.call("XADD", KEYS[6], "*", "c", name)
  end
  local oldest = string.format("%d", now_ms - ARGV[14])
  redis.call("XADD", KEYS[7], "MINID", "~", oldest, "*", "e", "comment.queued " .. name)
  if ARGV[6] ~= "" then
    redis.call("SET", KEYS[2], ARGV[3] .. " " .. ARGV[6], "PX", ARGV[7])
  end
end

-- Takes a new comment in, by this server's clock.
-- Returns  nil; or {err}: thread_closed, invalid_parent, invalid_length <min> <max>; nothing changed then.
local function take_in(now_ms)
  local thread = redis.call("HMGET", KEYS[4], "open", "min", "max", "title", "url")
  local why = refused(thread)
  if why then
    return why
  end
  store(now_ms)
  say_of_the_article(thread)
end
