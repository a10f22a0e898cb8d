-- How a stored comment begins, in front of every script that looks at one; see service/comments/record.py.

-- Returns  version and state, as strings; "0" and nil where there is no record.
local function header(record)
  local version, state = record:match("^(%d+) (%a+)\n")
  if not version then -- as format 1 of the data has it
    version, state = record:match('^{"version":(%d+),"state":"(%a+)"')
  end
  return version or "0", state
end

local function header_at(key)
  return header(redis.call("GETRANGE", key, 0, 63))
end
