-- Lets requests, or connections, wait while the map says 1 of their key. In haproxy.cfg:
--   global:  setenv HOLD_MAP /etc/haproxy/hold.map
--            lua-load /etc/haproxy/hold.lua
--   backend: http-request lua.hold NAME
-- HOLD_SECONDS (30) bounds how long each may wait, HOLD_MOST (10000) how many at once. What may not wait, or not any longer, has
-- txn.hold_ended set.
local path = os.getenv('HOLD_MAP') or '/etc/haproxy/hold.map'
local longest = (tonumber(os.getenv('HOLD_SECONDS')) or 30) * 1000
local most_waiting = tonumber(os.getenv('HOLD_MOST')) or 10000
local held = Map.new(path, Map._str)
local pause = 5
local waiting = 0

-- A client that goes away ends its coroutine in the middle of a pause: then the collector finds this.
local function waiter()
  local self = { counted = true }
  waiting = waiting + 1
  self.leave = function()
    if self.counted then waiting = waiting - 1 end
    self.counted = false
  end
  return setmetatable(self, { __gc = function() self.leave() end })
end

core.register_action('hold', { 'tcp-req', 'http-req' }, function(txn, key)
  if held:lookup(key) ~= '1' then return end
  if waiting >= most_waiting then
    txn:set_var('txn.hold_ended', true)
    return
  end
  local self = waiter()
  local waited = 0
  while held:lookup(key) == '1' do
    if waited >= longest then
      txn:set_var('txn.hold_ended', true)
      break
    end
    core.msleep(pause)
    waited = waited + pause
  end
  self.leave()
end, 1)
