// Package cluster is the suite that plays scenarios on a real control plane. README.md has the map of its files.
package cluster
