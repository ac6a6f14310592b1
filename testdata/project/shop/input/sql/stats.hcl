schema "stats" {}

table "hits" {
  schema = schema.stats
  column "id" {
    type = bigint
  }
}
