-- memory: tell what the server of a key says of its memory, where several servers have keys.
--
-- KEYS[1]  any key that the server has
--
-- Returns  as INFO does

return redis.call("INFO", "memory")
