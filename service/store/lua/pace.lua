#!lua flags=allow-oom
-- pace: note that somebody sent a comment, and count what came in the time before it.
--
-- KEYS[1]  ZSET  codau:{author:<site>:<digest>}:recent   score: sent, unix ms
-- ARGV[1]  id
-- ARGV[2]  when it was sent, unix ms
-- ARGV[3]  how far to look back, ms
-- ARGV[4]  how much longer to remember, for verdicts that come late, ms
--
-- Returns  how many came in that time, this one included. Noted again, it changes nothing.

redis.call("ZADD", KEYS[1], ARGV[2], ARGV[1])
redis.call("ZREMRANGEBYSCORE", KEYS[1], "-inf", ARGV[2] - ARGV[3] - ARGV[4])
redis.call("PEXPIRE", KEYS[1], ARGV[3] + ARGV[4])
return redis.call("ZCOUNT", KEYS[1], "(" .. string.format("%d", ARGV[2] - ARGV[3]), ARGV[2])
