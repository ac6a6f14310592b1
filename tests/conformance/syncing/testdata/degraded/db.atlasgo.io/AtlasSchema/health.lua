return { status = "Degraded" }
