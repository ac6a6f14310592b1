-- Health of a PostgresCluster of Crunchy, as Argo CD should see it: docs/health.md.
--
-- Argo CD has no check of its own for it. The status is that of
-- pkg/apis/postgres-operator.crunchydata.com/v1beta1/postgrescluster_types.go (v5 and v6); it has no
-- phase, so that the pods of each instance set are counted.

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

local progressing = condition("Progressing") -- PostgresClusterProgressing

if spec.paused == true then
  return health("Suspended", "spec.paused stops the reconciliation")
end
if spec.shutdown == true then
  return health("Suspended", "spec.shutdown has shut the database down")
end
if next(status) == nil then
  return health("Progressing", "waiting for the operator to see this PostgresCluster")
end

-- BackupsEnabled in internal/controller/postgrescluster/controller.go: a person has to authorize it.
if progressing ~= nil and progressing.reason == "Paused" then
  local old = unseen(progressing.observedGeneration)
  if old ~= nil or as_text(progressing.message) == ""
    or starts_with_any(progressing.message, { "No spec changes will be applied" }) then
    return old or health("Progressing", "waiting for the operator to go on")
  end
  return health("Suspended", progressing.message)
end

if generation ~= nil then
  local waiting = unseen(as_number(status.observedGeneration) or 0)
  if waiting ~= nil then
    return waiting
  end
end

-- internal/controller/postgrescluster/volumes.go: a volume that cannot be what the spec says.
local resize_error = condition("PersistentVolumeResizeError")
if resize_error ~= nil and resize_error.status == "True" then
  return health("Degraded", "PersistentVolumeResizeError", resize_error.message)
end

local sets = {}
for _, set in ipairs(as_table(status.instances)) do
  set = as_table(set)
  if type(set.name) == "string" then
    sets[set.name] = set
  end
end
for index, wanted in ipairs(as_table(spec.instances)) do
  wanted = as_table(wanted)
  local name = as_text(wanted.name)
  if name == "" then
    -- PostgresInstanceSetSpec.Default: "%02d"
    name = (index <= 10 and "0" or "") .. tostring(index - 1)
  end
  local set = as_table(sets[name])
  local replicas = as_number(wanted.replicas) or 1
  for _, field in ipairs({ "replicas", "updatedReplicas", "readyReplicas" }) do
    local count = as_number(set[field]) or 0
    if count ~= replicas then
      return health("Progressing", field .. " of the instances " .. name .. " is "
        .. tostring(count) .. ", not " .. tostring(replicas))
    end
  end
end
if next(sets) == nil then
  return health("Progressing", "waiting for instances")
end

-- internal/controller/postgrescluster/pgbouncer.go, where there is a proxy.
local proxy = condition("ProxyAvailable")
if proxy ~= nil and proxy.status ~= "True" then
  return health("Progressing", "waiting for PgBouncer", proxy.message)
end
if type(as_table(spec.proxy).pgBouncer) == "table" and proxy == nil then
  local replicas = as_number(spec.proxy.pgBouncer.replicas) or 1
  local ready = as_number(as_table(as_table(status.proxy).pgBouncer).readyReplicas) or 0
  if ready < replicas then
    return health("Progressing", "waiting for PgBouncer")
  end
end

return health("Healthy", "all instances are ready")
