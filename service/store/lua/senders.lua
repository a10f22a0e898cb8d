#!lua flags=allow-oom
-- senders: note who sent comments, and tell what moderators think of each and how many came in the time before.
--
-- KEYS for each: two, in one slot; on a cluster one call has one sender
--   HASH  codau:{author:<site>:<digest>}:standing
--   ZSET  codau:{author:<site>:<digest>}:recent     score: sent, unix ms
-- ARGV[1]  how much longer than looked back to remember, for verdicts that come late, ms
-- then for each:
--   +1  the comment's id
--   +2  when it was sent, unix ms
--   +3  how far to look back, ms
--
-- Returns  for each three: standing or nil, until (unix ms, "" for good) or nil, and how many came in that time,
--          this one included. Noted again, it changes nothing.

local function sent(recent, id, at, back)
  local kept = back + ARGV[1]
  redis.call("ZADD", recent, at, id)
  redis.call("ZREMRANGEBYSCORE", recent, "-inf", at - kept)
  redis.call("PEXPIRE", recent, kept)
  return redis.call("ZCOUNT", recent, "(" .. string.format("%d", at - back), at)
end

local told = {}
for i = 1, #KEYS, 2 do
  local arg, last = (i - 1) / 2 * 3 + 1, #told
  local standing = redis.call("HMGET", KEYS[i], "standing", "until")
  told[last + 1], told[last + 2] = standing[1], standing[2]
  told[last + 3] = sent(KEYS[i + 1], ARGV[arg + 1], ARGV[arg + 2], ARGV[arg + 3])
end
return told
