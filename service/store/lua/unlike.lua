#!lua flags=allow-oom
-- unlike: take a comment out of the bands of its fingerprints.
--
-- KEYS     STRING  codau:{like:<site>:<band>}:latest   on a cluster one
-- ARGV[1]  id
--
-- Returns  for each band 1 if it was there, else 0.

local told = {}
for i, band in ipairs(KEYS) do
  local others = without(redis.call("GET", band) or "", ARGV[1])
  if others == "" then
    redis.call("DEL", band)
  elseif others then
    redis.call("SET", band, others, "KEEPTTL")
  end
  told[i] = others and 1 or 0
end
return told
