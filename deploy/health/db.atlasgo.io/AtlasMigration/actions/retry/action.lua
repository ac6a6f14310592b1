-- The operator starts again when the spec changes, and that is all that makes it after it has given up. So this changes
-- what means nothing: an optional text that is empty is the same as one that is missing, for the operator and for the
-- comparison with Git.
for _, field in ipairs({"devURL", "envName", "url"}) do
  local value = obj.spec[field]
  if value == nil then
    obj.spec[field] = ""
    return obj
  end
  if value == "" then
    obj.spec[field] = nil
    return obj
  end
end
return obj
