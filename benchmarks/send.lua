-- 100,000 destinations in turn, a fresh text each time: every send is accepted and counted.
-- Each run begins at a number that no other comes to: a text that was sent twice before would be dropped.
local n = os.time() * 100000
local headers = {
  ["Content-Type"] = "application/json",
  ["Accept"] = "application/json",
  ["Authorization"] = "Basic YWRtaW46YWRtaW4tc2VjcmV0",
}
local path = "/api/Admin/send"
-- The argument names a session: /~orders-42
init = function(arguments)
  path = (arguments[1] or "") .. path
end
request = function()
  n = n + 1
  local body = string.format('{"destination":"+39340%07d","text":"Your code is %06d","detailed":true}', n % 100000, n)
  return wrk.format("POST", path, headers, body)
end
