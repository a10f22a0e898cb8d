-- forget: remove consumers of the queue whose processes are long gone, none of them that holds an entry.
--
-- In one step: an entry that is handed out to a consumer just before it is removed would be in nobody's hands.
--
-- KEYS[1]  STREAM  codau:{<p>}:queue
-- ARGV[1]  the group
-- ARGV[2]  after how long in silence, ms
--
-- Returns  how many

local forgotten = 0
for _, told in ipairs(redis.call("XINFO", "CONSUMERS", KEYS[1], ARGV[1])) do
  local consumer = {}
  for i = 1, #told, 2 do
    consumer[told[i]] = told[i + 1]
  end
  if consumer.pending == 0 and consumer.idle > tonumber(ARGV[2]) then
    redis.call("XGROUP", "DELCONSUMER", KEYS[1], ARGV[1], consumer.name)
    forgotten = forgotten + 1
  end
end
return forgotten
