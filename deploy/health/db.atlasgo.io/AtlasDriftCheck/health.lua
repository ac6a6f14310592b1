-- Health of an AtlasDriftCheck of the Atlas Operator 0.8, as Argo CD should see it: docs/health.md.
--
-- Source: api/v1alpha1/atlasdriftcheck_types.go and internal/controller/atlasdriftcheck_controller.go.
-- A sync waits for what this says. So a check that is suspended is Healthy, and so is drift that is
-- only to be reported.

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

-- The definition gives a new resource -1, which the operator replaces.
local observed = as_number(status.observedGeneration) or -1
if observed < 0 then
  return health("Progressing", "waiting for the operator to see this AtlasDriftCheck")
end
local waiting = unseen(observed)
if waiting ~= nil then
  return waiting
end

if spec.suspend == true then
  return health("Healthy", "the checks are suspended")
end

-- While migrations are applied (TargetNotReady) a check is put off, and Ready says what the last one
-- found, if there was one of this generation.
local ready = condition("Ready")
if ready == nil or unseen(ready.observedGeneration) ~= nil then
  local reconciling = condition("Reconciling")
  local why = ""
  if reconciling ~= nil and reconciling.status == "True" then
    why = as_text(reconciling.message)
  end
  return health("Progressing", "waiting for the first check", why)
end

local reason, message = as_text(ready.reason), as_text(ready.message)
if reason == "" then
  reason = "the operator gives no reason"
end
if ready.status == "True" then
  return health("Healthy", reason, message)
end
-- DriftDetected with `onDrift: Fail`, and what the operator does not expect to come right: only then
-- does it set Stalled.
local stalled = condition("Stalled")
if ready.status == "False" and stalled ~= nil and stalled.status == "True" then
  return health("Degraded", reason, message)
end
return health("Progressing", reason, message)
