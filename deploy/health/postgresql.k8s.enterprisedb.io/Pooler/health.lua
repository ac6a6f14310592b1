-- Health of a Pooler of EDB Postgres AI for CloudNativePG Cluster, as Argo CD should see it:
-- docs/health.md.
--
-- Argo CD has no check of its own for it. EDB builds this operator from CloudNativePG, with another
-- API group and other prefixes of annotations and conditions. The status is the same, so this is the
-- check of postgresql.cnpg.io/Pooler, and the names of files are those of CloudNativePG.

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

-- `failed` is an image catalog that names no image (internal/controller/pooler_image.go). A catalog
-- that is not there yet may come.
local CATALOG_MISSING = { 'ImageCatalog "', 'ClusterImageCatalog "', "error getting " }

local phase = as_text(status.phase)
local reason = as_text(status.phaseReason)
local pgbouncer = as_table(spec.pgbouncer)

-- SetAdmissionError in api/v1/pooler_funcs.go: a TerminalError until the spec is another one.
if as_text(status.error) ~= "" then
  return health("Degraded", status.error)
end

if phase == "failed" then
  if starts_with_any(reason, CATALOG_MISSING) then
    return health("Progressing", "the image of PgBouncer is not known", reason)
  end
  return health("Degraded", "the image of PgBouncer is not known", reason)
end
-- `inactive`: the Cluster or one of its Secrets is not there yet (waitForPrerequisites).
if phase == "inactive" then
  return health("Progressing", "waiting for what the Pooler needs", reason)
end

if phase == "" and next(as_table(status.secrets)) == nil and status.instances == nil then
  return health("Progressing", "waiting for the operator to see this Pooler")
end

-- PgBouncer holds every new connection until somebody resumes it.
local is_paused = pgbouncer.paused == true
if phase == "paused" and not is_paused then
  return health("Progressing", "waiting for the operator to resume PgBouncer")
end
if phase == "active" and is_paused then
  return health("Progressing", "waiting for the operator to pause PgBouncer")
end
if is_paused then
  return health("Suspended", "pgbouncer is paused")
end
if phase ~= "" and phase ~= "active" then
  return health("Progressing", phase, reason)
end

local waiting = unseen(status.observedGeneration)
if waiting ~= nil then
  return waiting
end

-- resolvePoolerImage: that of the template, or else this one.
local image = as_text(pgbouncer.image)
for _, container in ipairs(as_table(as_table(as_table(spec.template).spec).containers)) do
  container = as_table(container)
  if container.name == "pgbouncer" and as_text(container.image) ~= "" then
    image = container.image
  end
end
if image ~= "" and as_text(status.image) ~= "" and image ~= status.image then
  return health("Progressing", "waiting for the operator to see the image " .. image
    .. ", it has seen " .. status.image)
end

-- Pods of the Deployment, ready or not. A number that is 0 is left out, and 1 is the default.
local instances = as_number(spec.instances) or 1
local n_instances = as_number(status.instances) or 0
if n_instances ~= instances then
  return health("Progressing", "the Pooler has " .. tostring(n_instances) .. " of "
    .. tostring(instances) .. " instances")
end

return health("Healthy", "the Pooler is active")
