#!lua flags=allow-oom
-- take: hand out what is due of a webhook, for a time; what nobody settled in that time is due again.
--
-- KEYS[1]  HASH    codau:{hooks:<site>}:hooks
-- KEYS[2]  HASH    codau:{hooks:<site>}:<hook>:deliveries
-- KEYS[3]  ZSET    codau:{hooks:<site>}:<hook>:due
-- KEYS[4]  ZSET    codau:{hooks:<site>}:<hook>:held
-- KEYS[5]  STRING  codau:{hooks:<site>}:<hook>:pause
-- ARGV[1]  the webhook's id
-- ARGV[2]  now, unix ms
-- ARGV[3]  how many at the most
-- ARGV[4]  until when they are held, unix ms
--
-- Returns  the webhook's JSON or false, when to look again (unix ms, "" when nothing waits, or it is switched
--          off), then id, JSON, …

local hook = redis.call("HGET", KEYS[1], ARGV[1])
if not hook or not cjson.decode(hook).active then
  return { hook, "" }
end

local now = tonumber(ARGV[2])
local pause = tonumber(redis.call("GET", KEYS[5]) or "0")
for _, id in ipairs(redis.call("ZRANGE", KEYS[4], "-inf", now, "BYSCORE")) do
  redis.call("ZREM", KEYS[4], id)
  redis.call("ZADD", KEYS[3], now, id)
end

local taken = {}
if pause <= now then
  for _, id in ipairs(redis.call("ZRANGE", KEYS[3], "-inf", now, "BYSCORE", "LIMIT", 0, ARGV[3])) do
    redis.call("ZREM", KEYS[3], id)
    redis.call("ZADD", KEYS[4], ARGV[4], id)
    taken[#taken + 1] = id
    taken[#taken + 1] = redis.call("HGET", KEYS[2], id)
  end
end

local due = redis.call("ZRANGE", KEYS[3], 0, 0, "WITHSCORES")[2]
local held = redis.call("ZRANGE", KEYS[4], 0, 0, "WITHSCORES")[2]
due = due and math.max(tonumber(due), pause)
held = held and tonumber(held)
local again = due and held and math.min(due, held) or due or held
return { hook, again and string.format("%d", again) or "", unpack(taken) }
