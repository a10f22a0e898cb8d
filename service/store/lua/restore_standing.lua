-- restore_standing: bring an author's standing back, unless one is known here.
--
-- KEYS[1]  HASH  codau:{author:<site>:<digest>}:standing
-- ARGV     field, value, …
--
-- Returns  1, or 0 when there is one; nothing changed then.

if redis.call("EXISTS", KEYS[1]) == 1 then
  return 0
end
redis.call("HSET", KEYS[1], unpack(ARGV))
return 1
