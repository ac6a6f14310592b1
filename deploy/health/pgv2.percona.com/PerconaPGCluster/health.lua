-- Health of a PerconaPGCluster of Percona, as Argo CD should see it: docs/health.md.
--
-- Argo CD has no check of its own for it. The states are the constants `AppState...` in
-- pkg/apis/pgv2.percona.com/v2/perconapgcluster_types.go (v2), as getState in
-- percona/controller/pgcluster/status.go computes them.

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
local message = ""

if state == "" then
  return health("Progressing", "waiting for the operator to see this PerconaPGCluster")
end

-- Pods are there or not, as the last spec said; this one says something else.
local is_paused = spec.pause == true
if state == "paused" and spec.pause == false then -- AppStatePaused
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

-- Before v2.8 there is none.
local waiting = unseen(status.observedGeneration)
if waiting ~= nil then
  return waiting
end

-- updateStatus counts the pods of the PostgresCluster that it makes, which may be an older one.
local sizes = {}
for _, set in ipairs(as_table(as_table(status.postgres).instances)) do
  set = as_table(set)
  if type(set.name) == "string" then
    sizes[set.name] = set
  end
end
for _, wanted in ipairs(as_table(spec.instances)) do
  wanted = as_table(wanted)
  local replicas, set = as_number(wanted.replicas) or 1, sizes[as_text(wanted.name)]
  if set ~= nil and (as_number(set.size) or 0) ~= replicas then
    return health("Progressing", "the instances " .. wanted.name .. " are "
      .. tostring(as_number(set.size) or 0) .. " of " .. tostring(replicas))
  end
end

return health("Healthy", "the database is ready")
