-- What wrk sends: wrk … -s load.lua URL -- STATUS HOST PATH [TOKENS FIRST COUNT [tampered|cookies]]
-- COUNT tokens of the file TOKENS in turn, beginning with the one numbered FIRST; `tampered` changes their signatures;
-- `cookies` are those of sessions.
-- Every answer has to have that STATUS. At the end it prints a line of JSON.

local threads = {}
local before, after, tokens, at
wrong = 0

function setup(thread)
  threads[#threads + 1] = thread
end

function init(args)
  local status, host, path = tonumber(args[1]), args[2], args[3]
  local file, first, count = args[4], tonumber(args[5]), tonumber(args[6])
  response = function(answered)
    if answered ~= status then wrong = wrong + 1 end
  end
  wrk.headers["Host"] = host
  wrk.headers["User-Agent"] = "bench"
  wrk.headers["Accept"] = "application/json"
  wrk.headers["CF-Connecting-IP"] = "203.0.113.7"
  if file == nil then
    local plain = wrk.format("GET", path)
    request = function() return plain end
    return
  end
  if args[7] == "cookies" then
    wrk.headers["Cookie"] = "__Host-session=TOKEN"
  else
    wrk.headers["Authorization"] = "Bearer TOKEN"
  end
  before, after = wrk.format("GET", path):match("^(.*)TOKEN(.*)$")
  tokens, at = read(file, first, count, args[7] == "tampered"), 0
end

function read(file, first, count, tampered)
  local read, number = {}, 0
  for line in io.lines(file) do
    if number >= first + count then break end
    if number >= first then read[#read + 1] = tampered and tamper(line) or line end
    number = number + 1
  end
  if #read < count then error("too few tokens") end
  return read
end

-- Changes a character in the midst of the signature.
function tamper(token)
  local changed = token:sub(-20, -20) == "A" and "B" or "A"
  return token:sub(1, -21) .. changed .. token:sub(-19)
end

function request()
  at = at % #tokens + 1
  return before .. tokens[at] .. after
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.timeout
  for _, thread in ipairs(threads) do failed = failed + thread:get("wrong") end
  io.write(string.format(
    '{"requests":%d,"seconds":%f,"failed":%d,"p50":%f,"p99":%f}\n',
    summary.requests, summary.duration / 1e6, failed, latency:percentile(50), latency:percentile(99)
  ))
end
