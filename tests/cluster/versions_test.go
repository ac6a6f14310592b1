package cluster

import (
	"encoding/json"
	"os/exec"
	"testing"
)

type modfile struct {
	Go      string
	Require []struct{ Path, Version string }
	Replace []struct {
		Old, New struct{ Path, Version string }
	}
}

func read(t *testing.T, dir string) (modfile, map[string]string) {
	t.Helper()
	out, err := exec.Command("go", "mod", "edit", "-json", dir+"/go.mod").Output()
	if err != nil {
		t.Fatal(err)
	}
	var m modfile
	if err := json.Unmarshal(out, &m); err != nil {
		t.Fatal(err)
	}
	versions := map[string]string{}
	for _, r := range m.Require {
		versions[r.Path] = r.Version
	}
	for _, r := range m.Replace {
		versions[r.Old.Path] = r.New.Path + " " + r.New.Version
	}
	return m, versions
}

// The module has its own go.mod, and the versions of the conformance tests: what was compiled for the one is there for the
// other, and both speak of the same Argo CD.
func TestVersionsAreThoseOfConformance(t *testing.T) {
	ours, here := read(t, ".")
	theirs, there := read(t, "../conformance")
	if ours.Go != theirs.Go {
		t.Errorf("go %s here, %s in tests/conformance", ours.Go, theirs.Go)
	}
	both := 0
	for path, version := range here {
		if other, ok := there[path]; ok {
			both++
			if other != version {
				t.Errorf("%s: %s here, %s in tests/conformance", path, version, other)
			}
		}
	}
	if both < 100 {
		t.Errorf("%d modules in common: what is compared?", both)
	}
}
