-- Health of an InnoDBCluster of Oracle, as Argo CD should see it: docs/health.md.
--
-- Argo CD has no check of its own for it. The states are those of ClusterDiagStatus in
-- mysqloperator/controller/diagnose.py (9.1.0-2.2.2); the status has no generation.

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

-- A PermanentError in innodbcluster/cluster_controller.py, which says "User action required"; and a
-- spec that on_innodbcluster_create does not take.
local NEEDS_REPAIR = {
  SPLIT_BRAIN = true,
  SPLIT_BRAIN_UNCERTAIN = true,
  INVALID = true,
}

local cluster = as_table(status.cluster)
local state = as_text(cluster.status)
if state == "" then
  return health("Progressing", "waiting for the operator to see this InnoDBCluster")
end
if NEEDS_REPAIR[state] then
  return health("Degraded", state .. ": the operator does not recover from this, its events say why")
end

local instances = as_number(spec.instances) or 1
local online = as_number(cluster.onlineInstances) or 0
local count = tostring(online) .. " of " .. tostring(instances) .. " instances are online"
if state ~= "ONLINE" then
  return health("Progressing", state, count)
end
local waiting = unseen(status.observedGeneration)
if waiting ~= nil then
  return waiting
end
if online ~= instances then
  return health("Progressing", count)
end
return health("Healthy", state)
