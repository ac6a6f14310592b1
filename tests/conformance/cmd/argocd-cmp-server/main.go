// Command argocd-cmp-server is the real plugin server of the Argo CD release
// pinned in go.mod. Argo CD builds one binary that looks at its own name; this
// main runs the plugin server's command and nothing else.
package main

import (
	"os"

	"github.com/argoproj/argo-cd/v3/cmd/argocd-cmp-server/commands"
)

func main() {
	if err := commands.NewCommand().Execute(); err != nil {
		os.Exit(1)
	}
}
