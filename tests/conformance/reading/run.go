package reading

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
)

// output is what the plugin makes of a directory: what `manifests` prints, and
// `waves --format json`.
type output struct {
	Code      int    `json:"code"`
	Manifests string `json:"manifests"`
	Waves     string `json:"waves"`
}

// runner runs the plugin with the arguments of `generate manifests`.
type runner func(arguments []string) (output, error)

// process runs the binary, once for each command.
func process(binary string) runner {
	return func(arguments []string) (output, error) {
		manifests, code, err := run(binary, append([]string{"manifests"}, arguments...))
		if err != nil || code != 0 {
			return output{Code: code, Manifests: string(manifests)}, err
		}
		waves, code, err := run(binary, append([]string{"waves", "--format", "json"}, arguments...))
		return output{Code: code, Manifests: string(manifests), Waves: string(waves)}, err
	}
}

func run(binary string, arguments []string) ([]byte, int, error) {
	command := exec.Command(binary, arguments...)
	command.Env = []string{}
	var stdout bytes.Buffer
	command.Stdout = &stdout
	err := command.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return stdout.Bytes(), exit.ExitCode(), nil
	}
	return stdout.Bytes(), 0, err
}

// both runs two, which have to say the same.
func both(one, other runner) runner {
	return func(arguments []string) (output, error) {
		first, err := one(arguments)
		if err != nil {
			return output{}, err
		}
		second, err := other(arguments)
		if err != nil {
			return output{}, err
		}
		if first != second {
			return output{}, fmt.Errorf("the tool says %v, and the binary %v", first, second)
		}
		return first, nil
	}
}

// batch is a process that runs the plugin's code for one directory after another.
type batch struct {
	command *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
}

func begin(tool string) (*batch, error) {
	command := exec.Command(tool)
	command.Env = []string{}
	in, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	return &batch{command, in, bufio.NewReader(out)}, command.Start()
}

func (b *batch) run(arguments []string) (output, error) {
	line, err := json.Marshal(arguments)
	if err != nil {
		return output{}, err
	}
	if _, err := b.in.Write(append(line, '\n')); err != nil {
		return output{}, err
	}
	answer, err := b.out.ReadBytes('\n')
	if err != nil {
		return output{}, fmt.Errorf("the tool ended: %w", err)
	}
	var said output
	err = json.Unmarshal(answer, &said)
	return said, err
}

func (b *batch) end() {
	b.in.Close()
	_ = b.command.Wait()
}
