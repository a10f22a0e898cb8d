#!lua flags=allow-oom
-- like: enter comments under the bands of their fingerprints, and tell which others are there, latest first.
--
-- KEYS     STRING  codau:{like:<site>:<band>}:latest   on a cluster one, each is in its own slot
-- ARGV[1]  how many others to tell at most
-- then for each comment, in the order of their bands:
--   +1  id, 22 characters
--   +2  when it was written, unix ms
--   +3  for how long a text is remembered, ms
--   +4  how many of the keys are its bands
--
-- Returns  for each band two: 1 if it was not there before, else 0; and the others, each as `_likes.lua` says.
--          Entered again, it changes nothing.

local most = tonumber(ARGV[1])

local function without_what_is_older(known, oldest)
  while known ~= "" and written(known, #known - WIDTH + 1) <= oldest do
    known = known:sub(1, -WIDTH - 1)
  end
  return known
end

local function place_of(known, at)
  local place = 1
  while place < #known and written(known, place) > at do
    place = place + WIDTH
  end
  return place
end

local function enter(band, id, at, kept)
  local known = without_what_is_older(redis.call("GET", band) or "", at - kept)
  local there = without(known, id)
  if there then
    return 0, there
  end
  local place = place_of(known, at)
  local entered = known:sub(1, place - 1) .. entry(id, at) .. known:sub(place)
  redis.call("SET", band, entered:sub(1, (most + 1) * WIDTH), "PX", kept)
  return 1, known:sub(1, most * WIDTH)
end

local told, band, arg = {}, 0, 1
while arg < #ARGV do
  local id, at, kept = ARGV[arg + 1], tonumber(ARGV[arg + 2]), tonumber(ARGV[arg + 3])
  for _ = 1, tonumber(ARGV[arg + 4]) do
    band = band + 1
    told[#told + 1], told[#told + 2] = enter(KEYS[band], id, at, kept)
  end
  arg = arg + 4
end
return told
