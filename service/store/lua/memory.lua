-- memory: tell how much memory the server of some keys uses, and how much it may.
--
-- KEYS[1]  any key that the server has
--
-- Returns  {bytes it uses, bytes it may use, 0 without a limit}

local told = redis.call("INFO", "memory")
return { tonumber(told:match("used_memory:(%d+)")), tonumber(told:match("maxmemory:(%d+)")) }
