-- The rule of limits, in front of every script that applies it: GCRA, the generic cell rate algorithm.
--
-- What is kept of a limit is one time, µs by this server's clock: when its whole count may pass at once again.
-- Each that passes moves it on by the time for one; what would move it further ahead than the time for all
-- is refused. What no clock that only goes forward, under this rate, could have written says nothing.

local function microseconds()
  local time = redis.call("TIME")
  return time[1] * 1000000 + time[2]
end

-- Returns  the time to be kept if this one passes, how many may pass behind it, and in how many ms one more may;
--          or nil, and in how many ms this one may.
local function looked_at(key, count, per, now)
  local whole = tonumber(redis.call("GET", key) or now)
  if whole < now or whole > now + per then
    whole = now
  end
  local one = math.floor(per / count)
  local ahead = whole + one - now
  if ahead > per then
    return nil, math.ceil((ahead - per) / 1000)
  end
  local left = math.floor((per - ahead) / one)
  return whole + one, left, math.ceil((ahead + (left + 1) * one - per) / 1000)
end

local function keep(key, whole, now)
  redis.call("SET", key, string.format("%d", whole), "PX", string.format("%d", math.ceil((whole - now) / 1000)))
end
