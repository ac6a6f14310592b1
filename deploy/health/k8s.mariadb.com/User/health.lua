-- Health of a User of mariadb-operator, as Argo CD should see it: docs/health.md.
--
-- Takes the place of Argo CD's own check, which fails a sync while the server is still starting. The
-- condition is written by pkg/condition/ready.go and pkg/controller/sql/controller.go of
-- mariadb-operator v26; the status has no generation.

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

-- Errors of MariaDB that stay the same however often the operator tries. A user, a database or a
-- server that is not there may come.
local FINAL = {
  ["Error 1064 "] = true, -- ER_PARSE_ERROR
  ["Error 1102 "] = true, -- ER_WRONG_DB_NAME
  ["Error 1059 "] = true, -- ER_TOO_LONG_IDENT
  ["Error 1115 "] = true, -- ER_UNKNOWN_CHARACTER_SET
  ["Error 1144 "] = true, -- ER_ILLEGAL_GRANT_FOR_TABLE
  ["Error 1221 "] = true, -- ER_WRONG_USAGE
  ["Error 1253 "] = true, -- ER_COLLATION_CHARSET_MISMATCH
  ["Error 1273 "] = true, -- ER_UNKNOWN_COLLATION
  ["Error 1470 "] = true, -- ER_WRONG_STRING_LENGTH
}

local CHARACTERS = {
  " ", "!", '"', "#", "$", "%", "&", "'", "(", ")", "*", "+", ",", "-", ".", "/", "0", "1", "2", "3",
  "4", "5", "6", "7", "8", "9", ":", ";", "<", "=", ">", "?", "@", "A", "B", "C", "D", "E", "F", "G",
  "H", "I", "J", "K", "L", "M", "N", "O", "P", "Q", "R", "S", "T", "U", "V", "W", "X", "Y", "Z", "[",
  "\\", "]", "^", "_", "`", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o",
  "p", "q", "r", "s", "t", "u", "v", "w", "x", "y", "z", "{", "|", "}", "~",
}
local LONGEST = 600

-- Whether a message holds one of them. Without the library `string`, the characters are found one by
-- one: each is the greatest that does not make what is known of the text greater than the text.
-- What comes after a character that is not ASCII is not read.
local function is_final(text)
  if #text > LONGEST then
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
    if at >= 11 and FINAL[table.concat(characters, "", at - 10, at)] then
      return true
    end
  end
  return false
end

local ready = condition("Ready")
if ready == nil then
  return health("Progressing", "waiting for mariadb-operator to see this User")
end

local message = as_text(ready.message)
if message == "" then
  message = as_text(ready.reason)
end

if ready.status == "True" then
  local waiting = unseen(status.observedGeneration) or unseen(ready.observedGeneration)
  return waiting or health("Healthy", message ~= "" and message or "ready")
end
if ready.status == "False" and is_final(message) then
  return health("Degraded", message)
end
return health("Progressing", (message ~= "" and message or "not ready")
  .. " (mariadb-operator tries again)")
