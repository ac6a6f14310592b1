schema "shop" {}
