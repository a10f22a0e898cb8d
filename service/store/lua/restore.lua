-- restore: bring comments of one partition back from an export, each unless there is one of its id already.
--
-- Indexes, counts and the tree become what the steps of their lives made of them. No event: followers are told of
-- what happens, not of what is carried. Order does not matter: a reply may come before the comment it answers.
--
-- KEYS[1]  STREAM  codau:{<p>}:queue
-- then six for each comment:
--   +1  STRING  codau:{<p>}:comment:<site>:<id>
--   +2  ZSET    codau:{<p>}:state:<site>:<state>
--   +3  ZSET    codau:{<p>}:risk:<site>
--   +4  HASH    codau:{<p>}:thread:<site>:<thread>
--   +5  ZSET    codau:{<p>}:top:<site>:<thread>
--   +6  ZSET    codau:{<p>}:replies:<site>:<root>   below the one at the top; below itself, if it is that
-- ARGV, nine for each comment:
--   +1  the record, JSON
--   +2  site
--   +3  id
--   +4  id of the root
--   +5  its version if it waits for a verdict, else ""
--   +6  its score in the state's index, unix ms
--   +7  its risk, or "" unless it is pending
--   +8  its place in the thread if it is published, unix ms, else ""
--   +9  the root's place, should it have to stand as a tombstone, unix ms
--
-- Returns  one integer for each comment: 1 restored, 0 there is one of its id; nothing changed then.

local function place_in_thread(key, arg)
  local id, root, place = ARGV[arg + 3], ARGV[arg + 4], ARGV[arg + 8]
  local thread, top, replies = KEYS[key + 4], KEYS[key + 5], KEYS[key + 6]
  if place ~= "" then
    redis.call("HINCRBY", thread, "count", 1)
    redis.call("ZADD", id == root and top or replies, place, id)
    if id ~= root then
      redis.call("ZADD", top, "NX", ARGV[arg + 9], root)
    end
  end
  if place ~= "" or redis.call("EXISTS", replies) == 1 then -- it may be the tombstone above a published reply
    redis.call("HINCRBY", thread, "version", 1)
  end
end

local function restore(key, arg)
  if not redis.call("SET", KEYS[key + 1], ARGV[arg + 1], "NX") then
    return 0
  end
  local id = ARGV[arg + 3]
  redis.call("ZADD", KEYS[key + 2], ARGV[arg + 6], id)
  if ARGV[arg + 7] ~= "" then
    redis.call("ZADD", KEYS[key + 3], ARGV[arg + 7], id)
  end
  place_in_thread(key, arg)
  if ARGV[arg + 5] ~= "" then
    redis.call("XADD", KEYS[1], "*", "c", ARGV[arg + 2] .. " " .. id .. " " .. ARGV[arg + 5])
  end
  return 1
end

local results = {}
for i = 0, (#KEYS - 1) / 6 - 1 do
  results[i + 1] = restore(1 + i * 6, i * 9)
end
return results
