return {
  retry = {displayName = "Retry", iconClass = "fa fa-fw fa-redo"},
}
