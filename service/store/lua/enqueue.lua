-- enqueue: put deliveries into a webhook's queue, those of events each once, however often they are sent.
--
-- KEYS[1]  HASH  codau:{hooks:<site>}:hooks
-- KEYS[2]  HASH  codau:{hooks:<site>}:<hook>:taken        partition → the last event that it has taken
-- KEYS[3]  HASH  codau:{hooks:<site>}:<hook>:deliveries
-- KEYS[4]  HASH  codau:{hooks:<site>}:<hook>:lines        comment → ids that wait, in order, by blanks
-- KEYS[5]  ZSET  codau:{hooks:<site>}:<hook>:due
-- KEYS[6]  ZSET  codau:{hooks:<site>}:<hook>:held
-- KEYS[7]  ZSET  codau:{hooks:<site>}:<hook>:waiting
-- KEYS[8]  ZSET  codau:{hooks:<site>}:<hook>:done
-- KEYS[9]  ZSET  codau:{hooks:<site>}:<hook>:dead
-- ARGV[1]  the webhook's id
-- ARGV[2]  now, unix ms
-- ARGV[3]  partition, or "" where the deliveries are none of events: a test, or one to be sent again
-- ARGV[4]  the last event of that partition that has been looked at, "<ms>-<seq>"
-- then for each delivery, the oldest first:
--   +1  its event's place, "<ms>-<seq>", or ""
--   +2  id
--   +3  comment, behind whose earlier deliveries it waits, or ""
--   +4  when what it tells happened, unix ms
--   +5  JSON
--
-- Returns  how many were put in, or -1 when there is no such webhook. One that waits already becomes due.

local function behind(place, last)
  local ms, seq = place:match("^(%d+)-(%d+)$")
  local last_ms, last_seq = last:match("^(%d+)-(%d+)$")
  ms, last_ms = tonumber(ms), tonumber(last_ms)
  return ms > last_ms or (ms == last_ms and tonumber(seq) > tonumber(last_seq))
end

local function line_up(id, comment)
  local line = comment ~= "" and redis.call("HGET", KEYS[4], comment)
  if comment ~= "" then
    redis.call("HSET", KEYS[4], comment, line and (line .. " " .. id) or id)
  end
  if not line then
    redis.call("ZADD", KEYS[5], ARGV[2], id)
  end
end

if redis.call("HEXISTS", KEYS[1], ARGV[1]) == 0 then
  return -1
end
local last = ARGV[3] ~= "" and redis.call("HGET", KEYS[2], ARGV[3]) or "0-0"
local count = 0
for at = 5, #ARGV, 5 do
  local id = ARGV[at + 1]
  if ARGV[at] == "" or behind(ARGV[at], last) then
    if redis.call("ZSCORE", KEYS[7], id) then
      redis.call("ZADD", KEYS[5], "XX", ARGV[2], id)
    else
      redis.call("ZREM", KEYS[8], id)
      redis.call("ZREM", KEYS[9], id)
      redis.call("HSET", KEYS[3], id, ARGV[at + 4])
      redis.call("ZADD", KEYS[7], ARGV[at + 3], id)
      line_up(id, ARGV[at + 2])
      count = count + 1
    end
  end
end
if ARGV[3] ~= "" and behind(ARGV[4], last) then
  redis.call("HSET", KEYS[2], ARGV[3], ARGV[4])
end
return count
