// Command atlas is what the operator calls as `atlas`. ATLAS_CALLS names a file to which every call is appended.
package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"argocd-atlas-plugin/cluster/atlas"
)

func main() {
	status := atlas.Main(context.Background(), os.Args[1:], os.Stdout, os.Stderr)
	if path := os.Getenv("ATLAS_CALLS"); path != "" {
		if f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600); err == nil {
			fmt.Fprintf(f, "%s %d %s\n", time.Now().Format("15:04:05.000"), status, strings.Join(os.Args[1:], " "))
			f.Close()
		}
	}
	os.Exit(status)
}
