-- Health of a RabbitmqCluster, as Argo CD should see it: docs/health.md.
--
-- Takes the place of Argo CD's own check, which fails a sync while a Secret is missing or a server
-- does not answer yet, and does not look at the generation. The conditions are those of
-- internal/status/ of the cluster operator, their reasons those of internal/controller/.

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

-- Where Reconcile returns without an error: nothing is tried until the resource changes.
local REFUSED = {
  InvalidConfiguration = true, -- ErrInvalidEnvConfig
  UnsupportedOperation = true, -- fewer replicas
  TransformErrorOperation = true, -- the annotation before-zero-replicas-configured is not a number
}
-- errDisableNonTLSConfig in reconcile_tls.go; other errors of TLS are a Secret that may come.
local TLS_REFUSED = "TLS must be enabled if disableNonTLSListeners is set to true"

if as_table(metadata.labels)["rabbitmq.com/pauseReconciliation"] == "true" then
  return health("Suspended", "the label rabbitmq.com/pauseReconciliation stops the operator")
end

local reconciled = condition("ReconcileSuccess")
if reconciled == nil then
  return health("Progressing", "waiting for the operator to see this RabbitmqCluster")
end
local message = as_text(reconciled.message)

-- A failure does not say which generation it is of: `observedGeneration` is that of the last success.
if reconciled.status == "False" then
  if message == "" then
    message = "the operator has not applied this RabbitmqCluster"
  end
  if REFUSED[as_text(reconciled.reason)] or message == TLS_REFUSED then
    return health("Degraded", message)
  end
  return health("Progressing", message .. " (the operator tries again)")
end
if reconciled.status ~= "True" then
  return health("Progressing", "waiting for the operator to apply this RabbitmqCluster", message)
end

local waiting = unseen(status.observedGeneration)
if waiting ~= nil then
  return waiting
end

local replicas = condition("AllReplicasReady")
if spec.replicas == 0 then
  if replicas ~= nil and replicas.reason == "ScaledToZero" then
    return health("Suspended", "the RabbitmqCluster has 0 replicas")
  end
  return health("Progressing", "waiting for the pods to stop")
end
if replicas == nil or replicas.status ~= "True" then
  return health("Progressing", "waiting for all replicas", as_table(replicas).message)
end
local available = condition("ClusterAvailable")
if available == nil or available.status ~= "True" then
  return health("Progressing", "waiting for the Service", as_table(available).message)
end

return health("Healthy", "all replicas are ready")
