#!lua flags=allow-oom
-- settle: note what became of attempts at deliveries, and hand out what is due; what waited behind one is due
-- when it is over. With nothing to note it hands out alone.
--
-- May run out of memory's reach: what cannot be noted would be sent again and again.
--
-- KEYS, ARGV[1…4]  see `_hand_out`
-- ARGV[5]  how many that are done are kept
-- ARGV[6]  how many that are dead are kept
-- then for each delivery:
--   +1  id
--   +2  comment, or ""
--   +3  JSON as it shall be
--   +4  "waiting", "done" or "dead"
--   +5  until when it was held, unix ms, as was said when it was handed out
--   +6  when it is due again, unix ms; unused unless it waits
--   +7  until when nothing shall be sent, unix ms, or ""
--
-- Returns  what is handed out. One that is over already, or failed here and is in other hands by now, stays as
--          it is.

local AT_ONCE = 250 -- how many a success makes due; one in the next call makes the next ones due

local now = ARGV[2]

local function follow(comment)
  local line = comment ~= "" and redis.call("HGET", LINES, comment)
  if not line then
    return
  end
  local rest = line:match("^%S+ (.+)$")
  if rest then
    redis.call("HSET", LINES, comment, rest)
    redis.call("ZADD", DUE, now, rest:match("^%S+"))
  else
    redis.call("HDEL", LINES, comment)
  end
end

local function finish(id, list, kept)
  redis.call("ZREM", DUE, id)
  redis.call("ZADD", list, redis.call("ZSCORE", WAITING, id), id)
  redis.call("ZREM", WAITING, id)
  for _, old in ipairs(redis.call("ZRANGE", list, 0, -1 - tonumber(kept))) do
    redis.call("ZREM", list, old)
    redis.call("HDEL", DELIVERIES, old)
  end
end

-- Returns the state it is in by this; false when it stays as it is.
local function settle(id, comment, document, state, held, due, pause)
  if not redis.call("ZSCORE", WAITING, id) then
    return false
  end
  if state ~= "done" and tonumber(redis.call("ZSCORE", HELD, id) or "0") ~= tonumber(held) then
    return false
  end
  redis.call("ZREM", HELD, id)
  redis.call("HSET", DELIVERIES, id, document)
  if pause ~= "" then
    redis.call("SET", PAUSE, pause)
  end
  if state == "waiting" then
    redis.call("ZADD", DUE, due, id)
  else
    finish(id, state == "done" and DONE or DEAD, state == "done" and ARGV[5] or ARGV[6])
    follow(comment)
  end
  return state
end

local function make_due()
  redis.call("DEL", PAUSE)
  for _, other in ipairs(redis.call("ZRANGE", DUE, "(" .. now, "+inf", "BYSCORE", "LIMIT", 0, AT_ONCE)) do
    redis.call("ZADD", DUE, now, other)
  end
end

local all_due = false -- what failed behind the last success waits
for at = 7, #ARGV, 7 do
  local state = settle(unpack(ARGV, at, at + 6))
  if state == "done" and not all_due then
    make_due()
  end
  all_due = state == "done" or (all_due and not state)
end
return hand_out()
