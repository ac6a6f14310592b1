-- Health of a Kafka of Strimzi, as Argo CD should see it: docs/health.md.
--
-- Takes the place of Argo CD's own check, which fails a sync for every error that the operator tries
-- again, and is Healthy for a spec that is not seen. The conditions are written by createOrUpdate in
-- KafkaAssemblyOperator.java and by AbstractOperator.java of the cluster operator.

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

-- Reasons are names of exceptions. With these, the resource itself has to change.
local REFUSED = {
  InvalidConfigParameterException = true,
  InvalidConfigurationException = true,
  InvalidResourceException = true,
  KafkaUpgradeException = true,
  NoImageException = true,
}

if annotations["strimzi.io/pause-reconciliation"] == "true" then
  return health("Suspended", "the annotation strimzi.io/pause-reconciliation stops the reconciliation")
end

local failure, ready = condition("NotReady"), condition("Ready")
local paused = condition("ReconciliationPaused")
if failure == nil and ready == nil and paused == nil then
  return health("Progressing", "waiting for Strimzi to see this Kafka")
end
-- initialStatus writes this without a generation.
if failure ~= nil and failure.reason == "Creating" then
  return health("Progressing", as_text(failure.message) ~= "" and failure.message or "Creating")
end
if generation ~= nil then
  local waiting = unseen(as_number(status.observedGeneration) or 0)
  if waiting ~= nil then
    return waiting
  end
end
if paused ~= nil and paused.status == "True" then
  return health("Progressing", "waiting for Strimzi to resume the reconciliation")
end

if ready ~= nil and ready.status == "True" and (failure == nil or failure.status ~= "True") then
  return health("Healthy", "ready")
end
failure = as_table(failure or ready)
local reason = as_text(failure.reason)
if REFUSED[reason] then
  return health("Degraded", reason, failure.message)
end
return health("Progressing", reason ~= "" and reason or "not ready", failure.message)
