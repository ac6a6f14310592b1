-- What a check does that looks at the Ready condition alone, as guides have it.
for _, condition in ipairs((obj.status or {}).conditions or {}) do
  if condition.type == "Ready" then
    if condition.status == "True" then
      return { status = "Healthy", message = condition.message }
    end
    return { status = "Degraded", message = condition.message }
  end
end
return { status = "Progressing", message = "waiting" }
