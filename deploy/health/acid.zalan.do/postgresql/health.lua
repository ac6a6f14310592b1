-- Health of a postgresql of Zalando's operator, as Argo CD should see it: docs/health.md.
--
-- Takes the place of Argo CD's own check, which fails a sync for failures that the operator repairs:
-- EventRepair in pkg/controller/postgresql.go, every 5 minutes. The states are the constants
-- `ClusterStatus...` in pkg/apis/acid.zalan.do/v1/const.go (v1.15); nothing else is in the status.

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

local REPAIRED = {
  CreateFailed = true, -- ClusterStatusAddFailed
  UpdateFailed = true, -- ClusterStatusUpdateFailed
  SyncFailed = true, -- ClusterStatusSyncFailed
}

local state = as_text(status.PostgresClusterStatus)

-- ClusterStatusUnknown is the empty text.
if state == "" then
  return health("Progressing", "waiting for the operator to see this postgresql")
end
local waiting = unseen(status.observedGeneration) or unseen(status.ObservedGeneration)
if waiting ~= nil then
  return waiting
end
-- ClusterStatusInvalid: the manifest has to change.
if state == "Invalid" then
  return health("Degraded", "Invalid: the operator does not take this manifest, its log says why")
end
if REPAIRED[state] then
  return health("Progressing", state .. ": the operator tries again, its log says why")
end
if state ~= "Running" then -- ClusterStatusCreating, ClusterStatusUpdating
  return health("Progressing", state)
end
-- No instance is a database that is switched off.
if as_number(spec.numberOfInstances) == 0 then
  return health("Suspended", "spec.numberOfInstances is 0")
end
return health("Healthy", state)
