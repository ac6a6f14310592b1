-- Health of a MySQLCluster of MOCO, as Argo CD should see it: docs/health.md.
--
-- Argo CD has no check of its own for it. The conditions are those of api/v1beta2/mysqlcluster_types.go,
-- written by updateStatus of controllers/mysqlcluster_controller.go (with the generation) and by
-- updateStatus of clustering/process.go (the state of the cluster, without one).

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

local active = condition("ReconciliationActive")
local clustering = condition("ClusteringActive")

-- isReconciliationStopped and isClusteringStopped in controllers/mysqlcluster_controller.go: nothing
-- happens until somebody removes the annotation.
if annotations["moco.cybozu.com/reconciliation-stopped"] == "true" then
  return health("Suspended", "the annotation moco.cybozu.com/reconciliation-stopped stops MOCO")
end
if annotations["moco.cybozu.com/clustering-stopped"] == "true" then
  return health("Suspended", "the annotation moco.cybozu.com/clustering-stopped stops MOCO")
end

if next(as_table(status.conditions)) == nil then
  return health("Progressing", "waiting for MOCO to see this MySQLCluster")
end
if generation ~= nil then
  local waiting = unseen(as_number(as_table(status.reconcileInfo).generation) or 0)
  if waiting ~= nil then
    return waiting
  end
end
if active ~= nil and active.status ~= "True" then
  return health("Progressing", "waiting for MOCO to resume", active.message)
end
if clustering ~= nil and clustering.status ~= "True" then
  return health("Progressing", "waiting for MOCO to resume the clustering", clustering.message)
end

-- The controller tries again whatever it was; the reason is in the log of MOCO.
local reconciled = condition("ReconcileSuccess")
if reconciled ~= nil and reconciled.status ~= "True" then
  return health("Progressing", "MOCO tries again", reconciled.message)
end

local state = condition("Healthy")
if state == nil then
  return health("Progressing", "waiting for MOCO to check the MySQL servers")
end
if spec.offline == true then
  if state.reason == "Offline" then
    return health("Suspended", "the MySQLCluster is offline")
  end
  return health("Progressing", "waiting for MOCO to take the MySQLCluster offline")
end

local stateful_set = condition("StatefulSetReady")
if stateful_set ~= nil and stateful_set.status ~= "True" then
  return health("Progressing", "waiting for the StatefulSet", stateful_set.message)
end

-- No state is final. `Lost` too ends when the pods come back, and an errant replica is left out of a
-- cluster that works.
if state.status ~= "True" then
  local errant = ""
  if (as_number(status.errantReplicas) or 0) > 0 then
    errant = tostring(status.errantReplicas) .. " with errant transactions"
  end
  local message = as_text(state.message)
  if message == "" then
    message = "waiting for the condition Healthy"
  end
  return health("Progressing", message, errant)
end

-- 1 is the default. The number is left out where it is 0.
local replicas = as_number(spec.replicas) or 1
local n_synced = as_number(status.syncedReplicas) or 0
if n_synced < replicas then
  return health("Progressing", tostring(n_synced) .. " of " .. tostring(replicas)
    .. " replicas are ready")
end

return health("Healthy", "the MySQLCluster is healthy")
