-- Health of a Cluster of EDB Postgres AI for CloudNativePG Cluster, as Argo CD should see it:
-- docs/health.md.
--
-- Argo CD has no check of its own for it. EDB builds this operator from CloudNativePG, with another
-- API group and other prefixes of annotations and conditions. The status is the same, so this is the
-- check of postgresql.cnpg.io/Cluster, and the names of files are those of CloudNativePG.

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

local HEALTHY = "Cluster in healthy state" -- PhaseHealthy

-- The operator stops, or repeats this until somebody acts. Every other phase passes by itself.
local NEEDS_REPAIR = {
  -- PhaseUnrecoverable, and the same up to v1.24
  ["Cluster is unrecoverable and needs manual intervention"] = true,
  ["Cluster is in an unrecoverable state, needs manual intervention"] = true,
  -- PhaseArchitectureBinaryMissing: ErrTerminateLoop in upgradeInstanceManager
  ["Cluster cannot execute instance online upgrade due to missing architecture binary"] = true,
  -- PhaseDefinitionInvalid: a TerminalError of internal/webhook/guard/guard.go
  ["Invalid cluster definition"] = true,
  -- ensureNoFailoverOnFullDisk: until the volume is enlarged
  ["Not enough disk space"] = true,
}

-- PhaseImageCatalogError. A catalog that is not there yet may come (pkg/utils/imagecatalog).
local CATALOG_ERROR = "Cluster has incomplete or invalid image catalog"
local CATALOG_MISSING = { "catalog ", "error getting catalog" }

local WAITING_FOR_USER = "Waiting for user action" -- PhaseWaitingForUser

local phase = as_text(status.phase)
local reason = as_text(status.phaseReason)

-- utils.IsReconciliationDisabled: the operator leaves this Cluster alone.
if annotations["k8s.enterprisedb.io/reconciliationLoop"] == "disabled" then
  return health("Suspended",
    "the annotation k8s.enterprisedb.io/reconciliationLoop suspends the reconciliation")
end

if phase == "" then
  return health("Progressing", "waiting for the operator to see this Cluster")
end

if NEEDS_REPAIR[phase] then
  return health("Degraded", phase, reason)
end
if phase == CATALOG_ERROR then
  if starts_with_any(reason, CATALOG_MISSING) then
    return health("Progressing", phase, reason)
  end
  return health("Degraded", phase, reason)
end

-- pkg/reconciler/hibernation/status.go. The condition is there as long as the annotation is "on".
local wants_hibernation = annotations["k8s.enterprisedb.io/hibernation"]
local hibernation = condition("k8s.enterprisedb.io/hibernation")
if hibernation ~= nil and wants_hibernation ~= "off" then
  local message = as_text(hibernation.message)
  if message == "" then
    message = "the Cluster is hibernated"
  end
  if hibernation.status == "True" then
    return health("Suspended", message)
  end
  if hibernation.reason == "WrongAnnotationValue" then
    return health("Degraded", message)
  end
  return health("Progressing", message)
end
if hibernation ~= nil and hibernation.status == "True" then
  return health("Progressing", "waiting for the operator to end the hibernation")
end
if hibernation == nil and wants_hibernation == "on" then
  return health("Progressing", "waiting for the operator to hibernate the Cluster")
end

local fenced = as_text(annotations["k8s.enterprisedb.io/fencedInstances"])
if fenced ~= "" and fenced ~= "[]" then
  return health("Suspended",
    "instances are fenced by the annotation k8s.enterprisedb.io/fencedInstances", fenced)
end

if phase == WAITING_FOR_USER then
  return health("Suspended", phase, reason)
end
if phase ~= HEALTHY then
  return health("Progressing", phase, reason)
end

-- From here on the phase is "healthy", which may be that of the spec before this one: a Cluster has
-- no `observedGeneration`. Whatever else tells the old spec from the new one is compared.

local ready = condition("Ready")
if ready ~= nil then
  if ready.status ~= "True" then
    return health("Progressing", "waiting for the condition Ready", ready.message)
  end
  local waiting = unseen(ready.observedGeneration)
  if waiting ~= nil then
    return waiting
  end
end
local waiting = unseen(status.observedGeneration)
if waiting ~= nil then
  return waiting
end

-- reconcileImage in internal/controller/cluster_image.go.
local image = as_text(status.image)
local catalog = as_table(spec.imageCatalogRef)
local data_image = as_table(status.pgDataImageInfo)
if next(catalog) == nil and as_text(spec.imageName) ~= "" and image ~= ""
  and spec.imageName ~= image then
  return health("Progressing", "waiting for the operator to see the image " .. spec.imageName
    .. ", it has seen " .. image)
end
local major, data_major = as_number(catalog.major), as_number(data_image.majorVersion)
if major ~= nil and data_major ~= nil and major ~= data_major then
  return health("Progressing", "waiting for the upgrade from PostgreSQL " .. tostring(data_major)
    .. " to " .. tostring(major))
end
if image ~= "" and as_text(data_image.image) ~= "" and image ~= data_image.image then
  return health("Progressing", "waiting for the upgrade from " .. data_image.image .. " to "
    .. image)
end

-- The numbers are left out where they are 0, and very little is known without both.
local instances = as_number(spec.instances)
if instances ~= nil and (status.instances ~= nil or status.readyInstances ~= nil) then
  local n_instances = as_number(status.instances) or 0
  local n_ready = as_number(status.readyInstances) or 0
  if status.instances ~= nil and n_instances ~= instances then
    return health("Progressing", "the Cluster has " .. tostring(n_instances) .. " of "
      .. tostring(instances) .. " instances")
  end
  if n_ready < instances then
    return health("Progressing", tostring(n_ready) .. " of " .. tostring(instances)
      .. " instances are ready")
  end
end

local primary, target = as_text(status.currentPrimary), as_text(status.targetPrimary)
if primary ~= "" and target ~= "" and primary ~= target then
  return health("Progressing", "the primary changes from " .. primary .. " to " .. target)
end

local function names(list)
  local set = {}
  for _, each in ipairs(as_table(list)) do
    local name = each
    if type(each) == "table" then
      name = each.name
    end
    if type(name) == "string" then
      set[name] = true
    end
  end
  return set
end

local plugins = names(status.pluginStatus)
for _, plugin in ipairs(as_table(spec.plugins)) do
  plugin = as_table(plugin)
  local name = as_text(plugin.name)
  if name ~= "" and plugin.enabled ~= false and not plugins[name] then
    return health("Progressing", "waiting for the operator to load the plugin " .. name)
  end
end

-- A replica cluster makes neither roles nor tablespaces: its source does.
if next(as_table(spec.replica)) ~= nil then
  return health("Healthy", phase, reason)
end

-- RoleStatus in api/v1/cluster_types.go. A role to be removed is not waited for.
local managed = as_table(status.managedRolesStatus)
local by_status = as_table(managed.byStatus)
local reconciled, reserved = names(by_status.reconciled), names(by_status.reserved)
local errors = as_table(managed.cannotReconcile)
for _, role in ipairs(as_table(as_table(spec.managed).roles)) do
  role = as_table(role)
  local name = as_text(role.name)
  if name ~= "" and role.ensure ~= "absent" then
    if errors[name] ~= nil then
      return health("Progressing", "the role " .. name .. " cannot be made",
        as_text(as_table(errors[name])[1]))
    end
    if not reconciled[name] and not reserved[name] then
      return health("Progressing", "waiting for the role " .. name)
    end
  end
end

-- TablespaceStatus in api/v1/cluster_types.go.
local tablespaces = {}
for _, tablespace in ipairs(as_table(status.tablespacesStatus)) do
  tablespace = as_table(tablespace)
  if as_text(tablespace.name) ~= "" then
    tablespaces[tablespace.name] = tablespace
  end
end
for _, tablespace in ipairs(as_table(spec.tablespaces)) do
  local name = as_text(as_table(tablespace).name)
  local state = as_table(tablespaces[name])
  if name ~= "" and state.state ~= "reconciled" then
    return health("Progressing", "waiting for the tablespace " .. name, state.error)
  end
end

return health("Healthy", phase, reason)
