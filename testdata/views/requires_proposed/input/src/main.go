package main
func main() { db.Query(`select created from orders where total > $1`); db.Query("select a " + "from b"); log("update the thing") }
