#!lua flags=no-writes
-- rules: what websites say of the rules of threads.
--
-- KEYS     HASH  codau:{<p>}:thread:<site>:<thread>   on a cluster one
--
-- Returns  for each its policy, JSON, or nil.

local rules = {}
for i, thread in ipairs(KEYS) do
  rules[i] = redis.call("HGET", thread, "policy")
end
return rules
