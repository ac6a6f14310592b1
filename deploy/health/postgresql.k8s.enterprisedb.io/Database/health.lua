-- Health of a Database of EDB Postgres AI for CloudNativePG Cluster, as Argo CD should see it:
-- docs/health.md.
--
-- Argo CD has no check of its own for it. EDB builds this operator from CloudNativePG, with another
-- API group and other prefixes of annotations and conditions. The status is the same, so this is the
-- check of postgresql.cnpg.io/Database, and the names of files are those of CloudNativePG.

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

-- The guard of internal/webhook/guard/guard.go: nothing changes until the spec does.
local REFUSED = {
  "the resource failed admission validation",
  "ensure: absent is not supported",
}

-- Errors of PostgreSQL that stay the same however often the operator tries: what the server does not
-- have, values and names that it does not take. An object that is missing may come.
local FINAL = {
  ["(SQLSTATE 0A000)"] = true, -- feature_not_supported: an extension that the image does not have
  ["(SQLSTATE 58P01)"] = true, -- undefined_file: the same up to PostgreSQL 12
  ["(SQLSTATE 22023)"] = true, -- invalid_parameter_value: a locale or an encoding
  ["(SQLSTATE 22P02)"] = true, -- invalid_text_representation
  ["(SQLSTATE 42601)"] = true, -- syntax_error
  ["(SQLSTATE 42602)"] = true, -- invalid_name
  ["(SQLSTATE 42622)"] = true, -- name_too_long
  ["(SQLSTATE 42939)"] = true, -- reserved_name
}

local CHARACTERS = {
  " ", "!", '"', "#", "$", "%", "&", "'", "(", ")", "*", "+", ",", "-", ".", "/", "0", "1", "2", "3",
  "4", "5", "6", "7", "8", "9", ":", ";", "<", "=", ">", "?", "@", "A", "B", "C", "D", "E", "F", "G",
  "H", "I", "J", "K", "L", "M", "N", "O", "P", "Q", "R", "S", "T", "U", "V", "W", "X", "Y", "Z", "[",
  "\\", "]", "^", "_", "`", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o",
  "p", "q", "r", "s", "t", "u", "v", "w", "x", "y", "z", "{", "|", "}", "~",
}
local LONGEST = 600

-- Whether a message ends with one of them. Without the library `string`, the characters are found
-- one by one: each is the greatest that does not make what is known of the text greater than the
-- text. A text that is not ASCII, or very long, has no code.
local function is_final(text)
  if #text < 16 or #text > LONGEST then
    return false
  end
  local known, characters = "", {}
  for at = 1, #text do
    local low, high = 0, #CHARACTERS
    while low < high do
      local middle = (low + high + (low + high) % 2) / 2
      if known .. CHARACTERS[middle] <= text then
        low = middle
      else
        high = middle - 1
      end
    end
    if low == 0 then
      return false
    end
    known = known .. CHARACTERS[low]
    characters[at] = CHARACTERS[low]
  end
  return FINAL[table.concat(characters, "", #text - 15)] == true
end

local message = as_text(status.message)

-- Objects in the database, each with its own message (DatabaseObjectStatus).
local failed = ""
for _, list in ipairs({ "schemas", "extensions", "fdws", "servers" }) do
  for _, object in ipairs(as_table(status[list])) do
    object = as_table(object)
    if object.applied == false and as_text(object.message) ~= "" then
      if is_final(object.message) then
        failed = object.message
      elseif failed == "" then
        failed = object.message
      end
    end
  end
end
if failed == message then
  failed = ""
end

if status.applied == nil and message == "" then
  return health("Progressing", "waiting for the operator to see this Database")
end

-- A failure does not say which generation it is of: `observedGeneration` is that of the last success.
if status.applied == false then
  if message == "" then
    message = "the operator has not applied this Database"
  end
  if starts_with_any(message, REFUSED) or is_final(message) or is_final(failed) then
    return health("Degraded", message, failed)
  end
  return health("Progressing", message .. " (the operator tries again)", failed)
end

if status.applied ~= true then
  return health("Progressing", message ~= "" and message or "the status is not known")
end
if generation ~= nil then
  local waiting = unseen(as_number(status.observedGeneration) or 0)
  if waiting ~= nil then
    return waiting
  end
end

return health("Healthy", "the Database is applied")
