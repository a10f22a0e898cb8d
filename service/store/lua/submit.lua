-- submit: take a comment in, once: its record, its place in the queue and the event, or nothing.
--
-- KEYS, ARGV  see _submit.lua
--
-- Returns  the id under which the comment is stored: another than ARGV[3] for a repeated request.
--          {err}: idempotency_conflict, thread_closed, invalid_parent, invalid_length <min> <max>; nothing
--          changed then. Run again with the same id, it changes nothing.

return recognised() or take_in(redis.call("TIME")[1] * 1000) or ARGV[3]
