-- Health of an AtlasMigration, as Argo CD should see it. docs/health.md explains every line.
--
-- Argo CD starts the next sync wave when this says Healthy and fails the whole sync when it says
-- Degraded, so Healthy means "the migrations in Git are applied to the database", and Degraded
-- means "this will not come right by itself".
--
-- Lua 5.1 with `base`, `table` and `package` only: there is no `string` library in Argo CD's VM.

-- Retried by the operator, but only a person or a commit can change the answer.
local REFUSED = {
  DriftDetected = true,
  PlanRejected = true,
  ProtectedFlowError = true,
}

-- How the operator's message starts when a database has refused a statement.
local STATEMENT_REFUSED = {
  "sql/migrate: executing statement",
  "sql/migrate: execute: executing statement",
}

local APPLIED = "the migrations are applied"

local function link(status)
  return status.approvalUrl
end

-- Both checks are the same from here on; tests/fast/health.rs compares them.

-- Failed tries that are waited for: try 11 fails 4 min 35 s after the first one at the earliest,
-- since the operator waits 5 s longer after each. A database that is still starting needs them.
local TRIES = 10

-- The same where the database answered and refused a statement: enough for a deadlock or a
-- restart (try 3 fails after 15 s), and a mistake in SQL does not hold up its own correction.
local STATEMENT_TRIES = 2

-- The operator says these under GettingDevDB, where it counts no failures, and says them forever.
local NO_DEV_DATABASE = {
  "devURL is required when devDB is provided",
  "failed to create dev database spec: ",
  "failed to determine if target URL is schema bound: ",
}

local function as_table(value)
  if type(value) == "table" then
    return value
  end
  return {}
end

-- Bytes compare as in strcmp, and UTF-8 text has no byte 255.
local function starts_with_any(text, prefixes)
  for _, prefix in ipairs(prefixes) do
    if text >= prefix and text < prefix .. "\255" then
      return true
    end
  end
  return false
end

local function health(status, message)
  return { status = status, message = message }
end

local metadata = as_table(obj.metadata)
local spec = as_table(obj.spec)
local status = as_table(obj.status)

-- A hook that Argo CD is deleting keeps its own health until the finalizer goes (health.go).
if metadata.deletionTimestamp ~= nil then
  local is_hook = false
  for _, finalizer in ipairs(as_table(metadata.finalizers)) do
    is_hook = is_hook or finalizer == "argocd.argoproj.io/hook-finalizer"
  end
  if not is_hook then
    return health("Progressing", "Pending deletion")
  end
end

-- There is one Ready condition. Should there be several, one that is not True decides.
local ready = nil
for _, condition in ipairs(as_table(status.conditions)) do
  if type(condition) == "table" and condition.type == "Ready" then
    if ready == nil or ready.status == "True" then
      ready = condition
    end
  end
end
if ready == nil then
  return health("Progressing", "waiting for the Atlas Operator to see this resource")
end

-- What is said about an older generation, good or bad, says nothing about this one. Operators
-- before 0.7.16 do not say which generation they mean: their word is taken for it.
local generation = tonumber(metadata.generation)
for _, seen in ipairs({ tonumber(status.observedGeneration) or generation or 0,
                        tonumber(ready.observedGeneration) or generation or 0 }) do
  if generation ~= nil and seen < generation then
    return health("Progressing", "waiting for the Atlas Operator to see generation "
      .. tostring(generation) .. ", it has seen " .. tostring(seen))
  end
end

local reason = ready.reason
if type(reason) ~= "string" or reason == "" then
  reason = "Unknown"
end
local message = ready.message
if type(message) ~= "string" then
  message = ""
end

if ready.status == "True" then
  if message == "" then
    message = APPLIED
    local version = status.lastAppliedVersion
    if type(version) == "string" and version ~= "" then
      message = message .. " up to version " .. version
    end
  end
  return health("Healthy", message)
end

if message == "" then
  message = "the Atlas Operator gives no message with " .. reason
end

if ready.status ~= "False" or reason == "Reconciling" then
  return health("Progressing", message)
end

if reason == "GettingDevDB" then
  if starts_with_any(message, NO_DEV_DATABASE) then
    return health("Degraded", message)
  end
  return health("Progressing", message)
end

-- The operator's link, unless the message ends with it already.
local url = link(status)
if type(url) ~= "string" or url == ""
  or message == "plan approval pending, review here: " .. url
  or message == "plan rejected, review here: " .. url then
  url = nil
end

if reason == "ApprovalPending" then
  if url ~= nil then
    message = message .. ": " .. url
  end
  return health("Suspended", message)
end

if REFUSED[reason] then
  if reason == "PlanRejected" and url ~= nil then
    message = message .. ": " .. url
  end
  return health("Degraded", message)
end

-- Everything else is retried, and reasons that are not known yet are taken to be. Operators
-- before 0.7.3 do not count.
local failed = tonumber(status.failed) or 0
local backoff_limit = tonumber(spec.backoffLimit) or 0
local times = reason .. " failed " .. tostring(failed) .. (failed == 1 and " time" or " times")

if backoff_limit > 0 and failed > backoff_limit then
  return health("Degraded", message .. " (" .. times .. ", the operator has given up)")
end

local statement_refused = starts_with_any(message, STATEMENT_REFUSED)
-- Operators before 0.7.3 do not retry a refused statement.
if statement_refused and failed == 0 then
  return health("Degraded", message)
end
if failed > TRIES or (statement_refused and failed > STATEMENT_TRIES) then
  return health("Degraded", message .. " (" .. times .. ")")
end
if failed == 0 then
  return health("Progressing", message .. " (" .. reason .. ", the operator tries again)")
end
return health("Progressing", message .. " (" .. times .. ", the operator tries again)")
