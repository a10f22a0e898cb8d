-- What a band of fingerprints has, in front of every script that looks at one: its latest comments, the latest
-- first, each as 36 characters: id, when it was written (13 digits, unix ms), a blank.

local ID, WIDTH = 22, 36

local function entry(id, at)
  return string.format("%s%013d ", id, at)
end

local function written(known, place)
  return tonumber(known:sub(place + ID, place + WIDTH - 2))
end

-- Returns  the others; nil if the comment is not there.
local function without(known, id)
  local place = known:find(id, 1, true)
  if place then
    return known:sub(1, place - 1) .. known:sub(place + WIDTH)
  end
end
