-- Health of a Cluster of KubeBlocks, as Argo CD should see it: docs/health.md.
--
-- Argo CD has no check of its own for it. The phases are the constants `...ClusterPhase` in
-- apis/apps/v1/cluster_types.go and `...ComponentPhase` in component_types.go, written by
-- controllers/apps/cluster/transformer_cluster_status.go. Those of v1alpha1 are among them.

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

local phase = as_text(status.phase)

-- setRestoreCondition: once False, it stays so.
local restore = condition("Restore")
if next(as_table(spec.restore)) ~= nil and restore ~= nil and restore.status == "False" then
  local message = as_text(restore.message)
  return health("Degraded", message ~= "" and message or "the restore failed")
end

-- The operator tries again: a definition or a Secret may come.
for _, kind in ipairs({ "ProvisioningStarted", "ApplyResources" }) do
  local failed = condition(kind)
  if failed ~= nil and failed.status == "False" then
    local message = as_text(failed.message)
    return health("Progressing", message ~= "" and message or "the operator tries again")
  end
end

if phase == "" then
  return health("Progressing", "waiting for KubeBlocks to see this Cluster")
end
-- 0 is left out: a component that does not say of which generation it is.
if generation ~= nil then
  local waiting = unseen(as_number(status.observedGeneration) or 0)
  if waiting ~= nil then
    return waiting
  end
end

local lists = {
  { "component", "componentSpecs", "components" },
  { "sharding", "shardings", "shardings" },
}

-- What the spec asks for, by kind and name.
local n_wanted, n_to_stop = 0, 0
local stops = { component = {}, sharding = {} }
for _, list in ipairs(lists) do
  for _, wanted in ipairs(as_table(spec[list[2]])) do
    wanted = as_table(wanted)
    local template = as_table(wanted.template)
    n_wanted = n_wanted + 1
    if wanted.stop == true or template.stop == true then
      n_to_stop = n_to_stop + 1
      if as_text(wanted.name) ~= "" then
        stops[list[1]][wanted.name] = true
      end
    end
  end
end
if phase == "Stopped" and n_wanted > 0 and n_to_stop == n_wanted then
  return health("Suspended", "the Cluster is stopped")
end

-- The first text of a component that is not as it should be. `pairs` has no order: the least name.
local function text_of(messages)
  local least = nil
  for key in pairs(as_table(messages)) do
    if type(key) == "string" and (least == nil or key < least) then
      least = key
    end
  end
  return least ~= nil and as_text(messages[least]) or ""
end

-- composeClusterPhase leaves the phase as it was where no rule applies, and `Running` has components
-- that are stopped too. So each of them is looked at. `upToDate` is left out where it is false, and
-- before v1.0.1; one that is true shows that the others should be.
local any_up_to_date = false
for _, list in ipairs(lists) do
  for _, each in pairs(as_table(status[list[3]])) do
    any_up_to_date = any_up_to_date or as_table(each).upToDate == true
  end
end
local first, first_message, first_text = nil, nil, nil
for _, list in ipairs(lists) do
  local kind, states = list[1], as_table(status[list[3]])
  for name, state in pairs(states) do
    state = as_table(state)
    local now = as_text(state.phase)
    local message = nil
    if now == "" then
      message = "is not made yet"
    elseif now == "Stopped" and stops[kind][name] then
      message = nil
    elseif now ~= "Running" then
      message = "is " .. now
    elseif stops[kind][name] then
      message = "is not stopped yet"
    elseif any_up_to_date and state.upToDate ~= true then
      message = "is not up to date"
    end
    local title = kind .. " " .. tostring(name)
    if message ~= nil and (first == nil or title < first) then
      first, first_message, first_text = title, message, text_of(state.message)
    end
  end
end
if first ~= nil then
  return health("Progressing", phase .. ": the " .. first .. " " .. first_message, first_text)
end
if phase ~= "Running" then
  return health("Progressing", phase, status.message)
end

for _, list in ipairs(lists) do
  local states = as_table(status[list[3]])
  for _, wanted in ipairs(as_table(spec[list[2]])) do
    local name = as_text(as_table(wanted).name)
    if name ~= "" and states[name] == nil then
      return health("Progressing", "waiting for the " .. list[1] .. " " .. name)
    end
  end
end

return health("Healthy", "the Cluster is running")
