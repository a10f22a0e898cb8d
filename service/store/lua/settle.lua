#!lua flags=allow-oom
-- settle: note what became of an attempt at a delivery; what waited behind it is due when it is over.
--
-- May run out of memory's reach, as `take` does: what cannot be noted would be sent again and again.
--
-- KEYS[1]  HASH    codau:{hooks:<site>}:<hook>:deliveries
-- KEYS[2]  HASH    codau:{hooks:<site>}:<hook>:lines
-- KEYS[3]  ZSET    codau:{hooks:<site>}:<hook>:due
-- KEYS[4]  ZSET    codau:{hooks:<site>}:<hook>:held
-- KEYS[5]  ZSET    codau:{hooks:<site>}:<hook>:waiting
-- KEYS[6]  ZSET    codau:{hooks:<site>}:<hook>:<state>   where it goes; unused while it waits
-- KEYS[7]  STRING  codau:{hooks:<site>}:<hook>:pause
-- ARGV[1]  id
-- ARGV[2]  comment, or ""
-- ARGV[3]  JSON as it shall be
-- ARGV[4]  "waiting", "done" or "dead"
-- ARGV[5]  now, unix ms
-- ARGV[6]  until when it was held, unix ms, as `take` was told
-- ARGV[7]  when it is due again, unix ms; unused unless it waits
-- ARGV[8]  until when nothing shall be sent, unix ms, or ""
-- ARGV[9]  how many that are done, or dead, are kept
--
-- Returns  1, or 0 when it is over already, or failed here and is in other hands by now: nothing changed then.

local id, comment, state, now = ARGV[1], ARGV[2], ARGV[4], ARGV[5]
local AT_ONCE = 1000 -- how many one success makes due; the next success makes the next ones due

if not redis.call("ZSCORE", KEYS[5], id) then
  return 0
end
if state ~= "done" and tonumber(redis.call("ZSCORE", KEYS[4], id) or "0") ~= tonumber(ARGV[6]) then
  return 0
end
redis.call("ZREM", KEYS[4], id)
redis.call("HSET", KEYS[1], id, ARGV[3])
if ARGV[8] ~= "" then
  redis.call("SET", KEYS[7], ARGV[8])
end
if state == "waiting" then
  redis.call("ZADD", KEYS[3], ARGV[7], id)
  return 1
end

redis.call("ZREM", KEYS[3], id)
redis.call("ZADD", KEYS[6], redis.call("ZSCORE", KEYS[5], id), id)
redis.call("ZREM", KEYS[5], id)
for _, old in ipairs(redis.call("ZRANGE", KEYS[6], 0, -1 - tonumber(ARGV[9]))) do
  redis.call("ZREM", KEYS[6], old)
  redis.call("HDEL", KEYS[1], old)
end

local line = comment ~= "" and redis.call("HGET", KEYS[2], comment)
if line then
  local rest = line:match("^%S+ (.+)$")
  if rest then
    redis.call("HSET", KEYS[2], comment, rest)
    redis.call("ZADD", KEYS[3], now, rest:match("^%S+"))
  else
    redis.call("HDEL", KEYS[2], comment)
  end
end
if state == "done" then
  redis.call("DEL", KEYS[7])
  local late = redis.call("ZRANGE", KEYS[3], "(" .. now, "+inf", "BYSCORE", "LIMIT", 0, AT_ONCE)
  for _, other in ipairs(late) do
    redis.call("ZADD", KEYS[3], now, other)
  end
end
return 1
