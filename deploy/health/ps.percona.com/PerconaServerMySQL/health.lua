-- Health of a PerconaServerMySQL of Percona, as Argo CD should see it: docs/health.md.
--
-- Argo CD has no check of its own for it. The states are the constants `State...` in
-- api/v1/perconaservermysql_types.go (v1), as pkg/controller/ps/status.go writes them; the status has
-- no generation.

-- The checks of all databases are the same from here to the next line like this ------------------

-- Any field may be missing or of another type: a check that fails makes the health Unknown.
local function as_table(value)
  if type(value) == "table" then
    return value
  end
  return {}
end

local function as_text(value)
  if type(value) == "string" then
    return value
  end
  return ""
end

local function as_number(value)
  if type(value) == "number" then
    return value
  end
  return nil
end

-- Bytes compare as in strcmp, and UTF-8 text has no byte 255. There is no `string` library.
local function starts_with_any(text, prefixes)
  for _, prefix in ipairs(prefixes) do
    if text >= prefix and text < prefix .. "\255" then
      return true
    end
  end
  return false
end

local function health(status, message, reason)
  if as_text(reason) ~= "" and reason ~= message then
    message = message .. ": " .. reason
  end
  return { status = status, message = message }
end

local metadata = as_table(obj.metadata)
local annotations = as_table(metadata.annotations)
local spec = as_table(obj.spec)
local status = as_table(obj.status)
local generation = as_number(metadata.generation)

-- The condition of a type. Should there be several, one that is not True decides.
local function condition(kind)
  local found = nil
  for _, each in ipairs(as_table(status.conditions)) do
    if type(each) == "table" and each.type == kind and (found == nil or found.status == "True") then
      found = each
    end
  end
  return found
end

-- What waits for the controller to see this generation, nil where it has or does not say.
local function unseen(observed)
  if generation ~= nil and as_number(observed) ~= nil and observed < generation then
    return health("Progressing", "waiting for the operator to see generation "
      .. tostring(generation) .. ", it has seen " .. tostring(observed))
  end
  return nil
end

-- A hook that Argo CD is deleting keeps its own health until the finalizer goes (health.go).
local function is_deleted()
  if metadata.deletionTimestamp == nil then
    return false
  end
  for _, finalizer in ipairs(as_table(metadata.finalizers)) do
    if finalizer == "argocd.argoproj.io/hook-finalizer" then
      return false
    end
  end
  return true
end

if is_deleted() then
  return health("Progressing", "Pending deletion")
end

-- The checks of all databases are the same up to here --------------------------------------------

local state = as_text(status.state)
local failure = as_table(condition("Error"))
local message = as_text(failure.message)

if state == "" then
  return health("Progressing", "waiting for the operator to see this PerconaServerMySQL")
end

-- ConditionAwaitingExternalBootstrap
local bootstrap = condition("AwaitingExternalBootstrap")
if bootstrap ~= nil and bootstrap.status == "True" then
  return health("Suspended", "Awaiting external bootstrap")
end

-- StateError is any error of a reconciliation, tried again, or a crash of all servers, from which
-- they recover unless `autoRecovery` is off.
if state == "error" then
  if failure.reason == "FullClusterCrashDetected"
    and as_table(spec.mysql).autoRecovery == false then
    return health("Degraded", failure.reason, message)
  end
  return health("Progressing", state, message)
end

-- Pods are there or not, as the last spec said; this one says something else.
local is_paused = spec.pause == true
if state == "paused" and spec.pause == false then -- StatePaused
  return health("Progressing", "waiting for the operator to start the database")
end
if state == "ready" and is_paused then
  return health("Progressing", "waiting for the operator to stop the database")
end
if state == "paused" then
  return unseen(status.observedGeneration)
    or health("Suspended", "spec.pause has stopped the database")
end
if state ~= "ready" then
  return health("Progressing", state, message)
end

local waiting = unseen(status.observedGeneration)
if waiting ~= nil then
  return waiting
end

-- appStatus: the size is that of the spec which the operator has seen.
local proxy = as_table(spec.proxy)
for _, part in ipairs({ { "mysql", spec.mysql }, { "haproxy", proxy.haproxy },
                        { "router", proxy.router } }) do
  local wanted = as_table(part[2])
  local size, seen = as_number(wanted.size), as_number(as_table(status[part[1]]).size)
  if size ~= nil and seen ~= nil and wanted.enabled ~= false and size ~= seen then
    return health("Progressing", "waiting for the operator to see " .. tostring(size) .. " of "
      .. part[1] .. ", it has seen " .. tostring(seen))
  end
end

return health("Healthy", "the database is ready")
