-- _hand_out: what every script of a webhook's queue has of its keys, and hands out at its end.
--
-- KEYS[1]   HASH    codau:{hooks:<site>}:hooks
-- KEYS[2]   STRING  codau:{hooks:<site>}:epoch
-- KEYS[3]   HASH    codau:{hooks:<site>}:<hook>:taken        partition → the last event that it has taken; "now" →
--                   the latest time by which anything was handed out, unix ms, within some seconds
-- KEYS[4]   HASH    codau:{hooks:<site>}:<hook>:deliveries
-- KEYS[5]   HASH    codau:{hooks:<site>}:<hook>:lines        comment → ids that wait, in order, by blanks
-- KEYS[6]   ZSET    codau:{hooks:<site>}:<hook>:due
-- KEYS[7]   ZSET    codau:{hooks:<site>}:<hook>:held
-- KEYS[8]   ZSET    codau:{hooks:<site>}:<hook>:waiting
-- KEYS[9]   ZSET    codau:{hooks:<site>}:<hook>:done
-- KEYS[10]  ZSET    codau:{hooks:<site>}:<hook>:dead
-- KEYS[11]  STRING  codau:{hooks:<site>}:<hook>:pause
-- ARGV[1]   the webhook's id
-- ARGV[2]   now, unix ms
-- ARGV[3]   how many are handed out at the most
-- ARGV[4]   until when these are held, unix ms
--
-- Returns  the webhook's JSON or false, when to look again (unix ms, "" when nothing waits, or it is switched
--          off), then id, JSON, …

local HOOKS, EPOCH, TAKEN, DELIVERIES, LINES, DUE, HELD, WAITING, DONE, DEAD, PAUSE = unpack(KEYS)

local APART_MS = 60000 -- the clocks of two that send may be so far apart
local NOTED_MS = 10000 -- how often the time is noted
local AT_ONCE_BACK = 1000 -- how many are made due in one call

-- What was put off by a clock that has gone back since would wait until the old time comes again: it is due now.
local function mind_the_clock(now)
  local latest, moved = tonumber(redis.call("HGET", TAKEN, "now") or "0"), 0
  if latest > now + APART_MS then
    for _, list in ipairs({ HELD, DUE }) do
      local later = redis.call("ZRANGE", list, "(" .. ARGV[2], "+inf", "BYSCORE", "LIMIT", 0, AT_ONCE_BACK)
      for _, id in ipairs(later) do
        redis.call("ZREM", HELD, id)
        redis.call("ZADD", DUE, now, id)
      end
      moved = math.max(moved, #later)
    end
    redis.call("DEL", PAUSE)
  end
  if math.abs(now - latest) >= NOTED_MS and moved < AT_ONCE_BACK then
    redis.call("HSET", TAKEN, "now", ARGV[2])
  end
end

-- Hand out what is due, for a time; what nobody settled in that time is due again.
local function hand_out()
  local hook = redis.call("HGET", HOOKS, ARGV[1])
  if not hook or not cjson.decode(hook).active then
    return { hook, "" }
  end

  local now = tonumber(ARGV[2])
  mind_the_clock(now)
  local pause = tonumber(redis.call("GET", PAUSE) or "0")
  for _, id in ipairs(redis.call("ZRANGE", HELD, "-inf", now, "BYSCORE")) do
    redis.call("ZREM", HELD, id)
    redis.call("ZADD", DUE, now, id)
  end

  local taken = {}
  if pause <= now then
    for _, id in ipairs(redis.call("ZRANGE", DUE, "-inf", now, "BYSCORE", "LIMIT", 0, ARGV[3])) do
      redis.call("ZREM", DUE, id)
      redis.call("ZADD", HELD, ARGV[4], id)
      taken[#taken + 1] = id
      taken[#taken + 1] = redis.call("HGET", DELIVERIES, id)
    end
  end

  local due = redis.call("ZRANGE", DUE, 0, 0, "WITHSCORES")[2]
  local held = redis.call("ZRANGE", HELD, 0, 0, "WITHSCORES")[2]
  due = due and math.max(tonumber(due), pause)
  held = held and tonumber(held)
  local again = due and held and math.min(due, held) or due or held
  return { hook, again and string.format("%d", again) or "", unpack(taken) }
end
