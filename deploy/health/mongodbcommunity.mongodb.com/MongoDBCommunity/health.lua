-- Health of a MongoDBCommunity, as Argo CD should see it: docs/health.md.
--
-- Argo CD has no check of its own for it. The phases are the constants of type Phase in
-- api/v1/mongodbcommunity_types.go, written by Reconcile of controllers/replica_set_controller.go.
-- There is no `observedGeneration`.

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

-- validateSpec reads nothing but the resource; every other error may pass, and is tried again.
local REFUSED = { "error validating new Spec: " }

local phase = as_text(status.phase)
local message = as_text(status.message)

if phase == "" then
  return health("Progressing", "waiting for the operator to see this MongoDBCommunity")
end
if phase == "Failed" then
  if starts_with_any(message, REFUSED) then
    return health("Degraded", message)
  end
  return health("Progressing", "the operator tries again", message)
end
if phase ~= "Running" then
  return health("Progressing", phase, message)
end

-- What the status repeats of the spec, to tell an old "Running" from a new one.
local version = as_text(status.version)
if as_text(spec.version) ~= "" and version ~= "" and spec.version ~= version then
  return health("Progressing", "waiting for the operator to see the version " .. spec.version
    .. ", it has seen " .. version)
end
local members, n_members = as_number(spec.members), as_number(status.currentStatefulSetReplicas)
if members ~= nil and n_members ~= nil and members ~= n_members then
  return health("Progressing", "the replica set has " .. tostring(n_members) .. " of "
    .. tostring(members) .. " members")
end
-- A number of arbiters that is 0 is left out, in versions without arbiters too.
local arbiters = as_number(spec.arbiters) or 0
local n_arbiters = as_number(status.currentStatefulSetArbitersReplicas) or 0
if arbiters ~= n_arbiters then
  return health("Progressing", "the replica set has " .. tostring(n_arbiters) .. " of "
    .. tostring(arbiters) .. " arbiters")
end

return health("Healthy", "the replica set is running")
