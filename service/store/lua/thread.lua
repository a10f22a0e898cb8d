-- thread: keep what a website says of an article, if nobody has said otherwise since it was read.
--
-- KEYS[1]  HASH  codau:{<p>}:thread:<site>:<thread>
-- ARGV[1]  the thread's `revision` that was read; "" when there was none
-- ARGV[2…] field, value, …; a value of "" removes the field
--
-- Returns  1, or 0 when the revision is another; nothing changed then.

if (redis.call("HGET", KEYS[1], "revision") or "") ~= ARGV[1] then
  return 0
end
for i = 2, #ARGV, 2 do
  if ARGV[i + 1] == "" then
    redis.call("HDEL", KEYS[1], ARGV[i])
  else
    redis.call("HSET", KEYS[1], ARGV[i], ARGV[i + 1])
  end
end
redis.call("HINCRBY", KEYS[1], "revision", 1)
return 1
