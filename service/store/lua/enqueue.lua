-- enqueue: put deliveries into a webhook's queue, those of events each once, however often they are sent; and
-- hand out what is due.
--
-- KEYS, ARGV[1…4]  see `_hand_out`
-- ARGV[5]  the epoch of the site's webhooks as it was read, or "" where the deliveries are none of events: a
--          test, or one to be sent again
-- ARGV[6]  how many partitions the events are of; then for each:
--   +1  partition
--   +2  the last event of it that has been looked at, "<ms>-<seq>"
-- then for each delivery, the oldest of a partition first:
--   +1  partition, or ""
--   +2  its event's place, "<ms>-<seq>", or ""
--   +3  id
--   +4  comment, behind whose earlier deliveries it waits, or ""
--   +5  when what it tells happened, unix ms
--   +6  JSON
--
-- Returns  what is handed out, or false when the epoch is another: nothing changed then. For a webhook that is
--          gone nothing is put in. One that waits already becomes due.

local function behind(place, last)
  local ms, seq = place:match("^(%d+)-(%d+)$")
  local last_ms, last_seq = last:match("^(%d+)-(%d+)$")
  ms, last_ms = tonumber(ms), tonumber(last_ms)
  return ms > last_ms or (ms == last_ms and tonumber(seq) > tonumber(last_seq))
end

local function line_up(id, comment)
  local line = comment ~= "" and redis.call("HGET", LINES, comment)
  if comment ~= "" then
    redis.call("HSET", LINES, comment, line and (line .. " " .. id) or id)
  end
  if not line then
    redis.call("ZADD", DUE, ARGV[2], id)
  end
end

local function put_in(id, comment, at, document)
  if redis.call("ZSCORE", WAITING, id) then
    redis.call("ZADD", DUE, "XX", ARGV[2], id)
    return
  end
  redis.call("ZREM", DONE, id)
  redis.call("ZREM", DEAD, id)
  redis.call("HSET", DELIVERIES, id, document)
  redis.call("ZADD", WAITING, at, id)
  line_up(id, comment)
end

if ARGV[5] ~= "" and (redis.call("GET", EPOCH) or "0") ~= ARGV[5] then
  return false
end
if redis.call("HEXISTS", HOOKS, ARGV[1]) == 0 then
  return hand_out()
end

local first = 7 + 2 * tonumber(ARGV[6])
local last = {}
for at = 7, first - 1, 2 do
  last[ARGV[at]] = redis.call("HGET", TAKEN, ARGV[at]) or "0-0"
end
for at = first, #ARGV, 6 do
  if ARGV[at] == "" or behind(ARGV[at + 1], last[ARGV[at]]) then
    put_in(ARGV[at + 2], ARGV[at + 3], ARGV[at + 4], ARGV[at + 5])
  end
end
for at = 7, first - 1, 2 do
  if behind(ARGV[at + 1], last[ARGV[at]]) then
    redis.call("HSET", TAKEN, ARGV[at], ARGV[at + 1])
  end
end
return hand_out()
