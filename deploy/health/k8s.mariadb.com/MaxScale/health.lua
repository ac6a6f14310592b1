-- Health of a MaxScale of mariadb-operator, as Argo CD should see it: docs/health.md.
--
-- Argo CD has no check of its own for it. The reasons are the constants `ConditionReason...` in
-- api/v1alpha1/condition_types.go of mariadb-operator v26, as SetReadyWithMaxScaleStatus in
-- pkg/condition/ready.go writes them; the status has no generation.

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

-- reconcileSuspend: the operator leaves this MaxScale alone.
if spec.suspend == true then
  return health("Suspended", "spec.suspend switches the reconciliation off")
end

local ready = condition("Ready")
if ready == nil then
  return health("Progressing", "waiting for mariadb-operator to see this MaxScale")
end

local reason = as_text(ready.reason)
local message = as_text(ready.message)
if message == "" then
  message = reason
end

-- SetReadyWithMaintenance: somebody has switched it on, and nobody else ends it.
if reason == "Cordoned" or reason == "Maintenance" then
  return health("Suspended", "spec.maintenance is on", message)
end

if ready.status ~= "True" then
  return health("Progressing", message ~= "" and message or "not ready")
end

local waiting = unseen(status.observedGeneration) or unseen(ready.observedGeneration)
if waiting ~= nil then
  return waiting
end

-- Ready ones (reconcileStatus). It is left out where it is 0, but then the condition is False.
local replicas, n_ready = as_number(spec.replicas), as_number(status.replicas)
if replicas ~= nil and n_ready ~= nil and n_ready ~= replicas then
  return health("Progressing", tostring(n_ready) .. " of " .. tostring(replicas)
    .. " replicas are ready")
end

return health("Healthy", message ~= "" and message or "ready")
