#!lua flags=no-writes
-- sizes: how many comments of a state share each of some facets.
--
-- KEYS     ZSET  codau:{<p>}:list:<site>:<state>:   on a cluster one; the list of a facet has its name behind this
-- ARGV     facets
--
-- Returns  for each key: the lengths of its facets' lists.

local told = {}
for i, list in ipairs(KEYS) do
  local sizes = {}
  for j, facet in ipairs(ARGV) do
    sizes[j] = redis.call("ZCARD", list .. facet)
  end
  told[i] = sizes
end
return told
